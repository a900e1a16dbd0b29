// What several pages need: the texts a page holds in the reader's language, files made in the page, numbers.

// Returns text(name, values) for the texts that an element holds, each in a child with data-text="name".
export function textsOf(root) {
  const texts = {};
  for (const each of root.querySelectorAll("[data-text]")) texts[each.dataset.text] = each.textContent.trim();
  return (name, values = {}) => (texts[name] ?? name).replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}

export function count(number) {
  return number.toLocaleString(document.documentElement.lang || "en");
}

// Lets the browser save a text as a file; it goes nowhere else.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Puts a text as a file into a form's field of files, as if it had been chosen.
export function putFile(input, name, text, type) {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type }));
  input.files = transfer.files;
}
