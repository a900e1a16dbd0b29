// Makes keys in the page: a brand's key pair, a partnership's key, further copies of it. What it makes goes into the
// forms that take what the command line made; the private half goes into a file that is saved here and nowhere else.

import {
  NotAKeyFile, NotSealedForYou, brandKeyFile, isSecure, makeBrandKey, makePartnershipKey, openKey, readBrandKey,
  sharesFile, toHex,
} from "./keyfiles.js";
import { putFile, save, textsOf } from "./texts.js";

const JSON_TYPE = "application/json";

// Why a key cannot be made; the message is the name of a text.
class NotMade extends Error {}

const acts = {
  // Saves a new key file and fills in its public half, which the person then publishes.
  async brand(form) {
    const pair = await makeBrandKey();
    save(form.dataset.file, brandKeyFile(pair, form.dataset.brand), JSON_TYPE);
    form.elements.public_key.value = toHex(pair.public);
    form.querySelector("[data-made]").hidden = false;
  },

  // Makes a key, seals a copy for each side and sends the copies; the key is forgotten.
  async partnership(form) {
    const { partnershipId, publicKeys } = form.dataset;
    send(form, await sharesFile(makePartnershipKey(), partnershipId, JSON.parse(publicKeys)));
  },

  // Opens the own copy with the brand's key file and seals the same key for the sides that lack a copy.
  async copies(form) {
    const file = form.querySelector("[data-brand-key]").files[0];
    if (!file) throw new NotMade("choose_key_file");
    const { partnershipId, publicKeys, sealedUrl } = form.dataset;
    const copies = await (await fetch(sealedUrl)).json();
    const copy = copies.keys.find((each) => each.partnership_id === partnershipId);
    const key = await openKey(await readBrandKey(await file.text()), copy);
    send(form, await sharesFile(key, partnershipId, JSON.parse(publicKeys)));
  },
};

function send(form, shares) {
  putFile(form.elements.shares, "shares.json", shares, JSON_TYPE);
  form.requestSubmit();
}

function start(form, text) {
  const button = form.querySelector("[data-makes]");
  const says = form.querySelector("[data-says]");
  button.closest("[hidden]")?.removeAttribute("hidden");
  button.addEventListener("click", async () => {
    says.hidden = true;
    button.disabled = true;
    try {
      if (!isSecure()) throw new NotMade("not_secure");
      await acts[button.dataset.makes](form);
    } catch (error) {
      says.textContent = text(nameOf(error));
      says.hidden = false;
    }
    button.disabled = false;
  });
}

function nameOf(error) {
  if (error instanceof NotMade) return error.message;
  if (error instanceof NotAKeyFile) return "not_a_key_file";
  return error instanceof NotSealedForYou ? "not_sealed" : "failed";
}

for (const button of document.querySelectorAll("form [data-makes]")) {
  start(button.form, textsOf(document.querySelector("[data-texts]")));
}
