// Passkeys: asks the browser for one and sends its answer by the form. Where browsers cannot, the form stays hidden.
"use strict";

const bytes = {
  // base64url, as WebAuthn's JSON has it
  read(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  },

  write(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  },
};

const passkey = {
  async options(form) {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRF-Token": token } });
    if (answer.redirected) {
      location.assign(answer.url); // such as to confirming who is there
      return null;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const options = await answer.json();
    options.challenge = bytes.read(options.challenge);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const each of list || []) each.id = bytes.read(each.id);
    }
    if (options.user) options.user.id = bytes.read(options.user.id);
    return options;
  },

  async ask(form) {
    const publicKey = await passkey.options(form);
    if (!publicKey) return null;
    if (form.dataset.passkey === "make") return navigator.credentials.create({ publicKey });
    return navigator.credentials.get({ publicKey });
  },

  asJson(found) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[part]) response[part] = bytes.write(found.response[part]);
    }
    const id = bytes.write(found.rawId);
    return JSON.stringify({ id, rawId: id, type: found.type, response });
  },

  async send(form) {
    const says = form.querySelector("[data-says]");
    says.hidden = true;
    try {
      const found = await passkey.ask(form);
      if (!found) return;
      form.elements.credential.value = passkey.asJson(found);
      form.submit();
    } catch {
      says.hidden = false;
    }
  },

  start() {
    if (!window.PublicKeyCredential) return;
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      if (location.hostname !== form.dataset.host) continue;
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        passkey.send(form);
      });
    }
  },
};

passkey.start();
