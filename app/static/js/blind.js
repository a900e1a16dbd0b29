// Blinds a list of e-mails in the page: the chosen file leaves the form at once, and only its tokens come back into it.
// What is no file of tokens is never sent, whatever else fails here.

import { MAX_ROWS, NotBlindable, blind, kindOf } from "./blinding.js";
import { NotAKeyFile, NotSealedForYou, isSecure, openKey, readBrandKey } from "./keyfiles.js";
import { Unreadable, failedCsv } from "./table.js";
import { count, putFile, save, textsOf } from "./texts.js";

const BEGINNING = 64 * 1024; // bytes of a file that are read to know what it is
const CSV = "text/csv";

class Blinding {
  constructor(form) {
    this.form = form;
    this.file = form.elements.file;
    this.part = (name) => form.querySelector(`[data-blind-${name}]`);
    this.text = textsOf(this.part("texts"));
    this.list = null; // the chosen list of e-mails, which is not in the form
    this.copies = [];
  }

  start() {
    const take = () => this.guarded(() => this.take(this.file.files[0]));
    this.file.addEventListener("change", take);
    if (this.file.files.length) take(); // chosen before this script was here
    this.part("start").addEventListener("click", () => this.guarded(() => this.blind()));
    this.part("failed").addEventListener("click", () => save(this.failedName, this.failedText, CSV));
    this.form.addEventListener("submit", (event) => {
      if (!this.list) return;
      event.preventDefault();
      this.complain(this.text("not_yet"));
    });
  }

  async guarded(act) {
    this.complain("");
    try {
      await act();
    } catch (error) {
      this.complain(this.sentence(error));
    }
    this.part("progress").hidden = true;
    this.part("start").disabled = false;
  }

  // Looks at a chosen file outside the form, and puts it back only if it holds tokens.
  async take(file) {
    this.file.value = "";
    this.list = null;
    for (const name of ["part", "report"]) this.part(name).hidden = true;
    if (!file) return;
    const kind = kindOf(new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer()));
    if (kind === "neither") throw new NotBlindable("no_email");
    if (kind === "tokens") {
      putFile(this.file, file.name, await file.arrayBuffer(), CSV);
      return;
    }
    this.list = file;
    this.part("part").hidden = false;
    this.part("start").disabled = true; // until the keys are there
    this.part("says").textContent = this.text("chosen", { name: file.name });
    if (!isSecure()) throw new NotBlindable("not_secure");
    await this.offerKeys();
  }

  // Shows a box for each partnership whose key the brand has a copy of; all are ticked.
  async offerKeys() {
    const answer = await fetch(this.form.dataset.sealedUrl);
    if (!answer.ok || answer.redirected) throw new NotBlindable("no_copies");
    this.copies = (await answer.json()).keys;
    if (!this.copies.length) throw new NotBlindable("no_keys");
    const boxes = this.copies.map((copy, at) => {
      const row = this.part("key").content.firstElementChild.cloneNode(true);
      const [box, label] = [row.querySelector("input"), row.querySelector("label")];
      box.id = label.htmlFor = `blind-key-${at}`;
      label.textContent = this.text("key", { partnership: copy.partnership, key: copy.key });
      return row;
    });
    this.part("keys").replaceChildren(...boxes);
  }

  async blind() {
    const keyFile = this.form.querySelector("[data-brand-key]").files[0];
    const boxes = [...this.part("keys").querySelectorAll("input")];
    const chosen = this.copies.filter((_copy, at) => boxes[at]?.checked);
    if (!chosen.length) throw new NotBlindable("choose_keys");
    if (!keyFile) throw new NotBlindable("choose_key_file");
    this.part("start").disabled = true;
    const pair = await readBrandKey(await keyFile.text());
    const keys = [];
    for (const copy of chosen) keys.push({ name: copy.key, key: await openKey(pair, copy) });
    const progress = this.part("progress");
    progress.hidden = false;
    const bytes = new Uint8Array(await this.list.arrayBuffer());
    const done = await blind(bytes, keys, (rows, total) => {
      [progress.max, progress.value] = [total, rows];
    });
    if (!done.accepted) throw new NotBlindable("nobody");
    putFile(this.file, `${this.list.name.replace(/\.\w+$/, "")}.tokens.csv`, done.csv, CSV);
    this.report(done);
    this.part("part").hidden = true;
    this.list = null;
  }

  report({ header, failures, reasons, accepted, duplicates, hasPhones }) {
    const rows = [[this.text("accepted"), accepted], [this.text("duplicates"), duplicates]];
    const frequent = Object.entries(reasons).sort(([, one], [, other]) => other - one);
    for (const [reason, number] of frequent) rows.push([this.text(`reason_${reason}`), number]);
    const cells = rows.flatMap(([name, number]) => [element("dt", name), element("dd", count(number))]);
    this.part("numbers").replaceChildren(...cells);
    this.part("phones").hidden = !hasPhones;
    this.part("failed").hidden = !failures.length;
    this.failedName = `${this.list.name.replace(/\.\w+$/, "")}.dropped.csv`;
    this.failedText = failedCsv(header, failures);
    this.part("report").hidden = false;
  }

  complain(sentence) {
    const place = this.part("error");
    place.hidden = !sentence;
    place.textContent = sentence;
  }

  sentence(error) {
    if (error instanceof NotBlindable) return this.text(error.message, { most: count(MAX_ROWS), ...error.values });
    if (error instanceof NotSealedForYou) return this.text("not_sealed", { partnership: error.partnership });
    if (error instanceof NotAKeyFile) return this.text("not_a_key_file");
    return this.text(error instanceof Unreadable ? "unreadable" : "failed");
  }
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

for (const form of document.querySelectorAll("form[data-blind]")) new Blinding(form).start();
