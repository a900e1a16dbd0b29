// Makes quicker what already works without: theme, palette, copying a digest, the token of htmx requests.
"use strict";

const theme = {
  current() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  },

  // The button names what it leads to.
  label(button) {
    button.textContent = theme.current() === "dark" ? button.dataset.light : button.dataset.dark;
  },

  toggle(button) {
    const next = theme.current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Kept until the next page only.
    }
    theme.label(button);
  },

  start() {
    for (const button of document.querySelectorAll('[data-does="theme"]')) {
      theme.label(button);
      button.hidden = false;
      button.addEventListener("click", () => theme.toggle(button));
    }
  },
};

const palette = {
  dialog: null,

  open() {
    if (palette.dialog.open) return;
    palette.dialog.showModal();
    palette.dialog.querySelector(".palette__query").select();
  },

  links() {
    return [...palette.dialog.querySelectorAll(".palette__found a")];
  },

  // Arrow keys walk through what was found; from the first one up is back to the query.
  walk(event) {
    const links = palette.links();
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length) links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "ArrowUp" && at > 0) links[at - 1].focus();
    else if (event.key === "ArrowUp" && at === 0) palette.dialog.querySelector(".palette__query").focus();
    else return;
    event.preventDefault();
  },

  // Enter opens the first thing found; with nothing found yet the form goes to the search page.
  submit(event) {
    const first = palette.links()[0];
    if (!first) return;
    event.preventDefault();
    location.assign(first.href);
  },

  start() {
    palette.dialog = document.querySelector('[data-is="palette"]');
    if (!palette.dialog) return;
    for (const link of document.querySelectorAll('[data-opens="palette"]')) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        palette.open();
      });
    }
    palette.dialog.addEventListener("keydown", palette.walk);
    palette.dialog.querySelector("form").addEventListener("submit", palette.submit);
    palette.dialog.addEventListener("click", (event) => {
      if (event.target === palette.dialog) palette.dialog.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      palette.open();
    });
  },
};

const copying = {
  start() {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-copies]");
      if (!button) return;
      await navigator.clipboard.writeText(button.dataset.copies);
      button.textContent = button.dataset.done;
    });
  },
};

// An explanation closes when one looks elsewhere, or with Escape.
const explanations = {
  close(except) {
    for (const open of document.querySelectorAll(".explain[open]")) {
      if (!open.contains(except)) open.open = false;
    }
  },

  start() {
    document.addEventListener("click", (event) => explanations.close(event.target));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") explanations.close(null);
    });
  },
};

// A form is sent once, however often the button is pressed.
const sending = {
  start() {
    document.addEventListener("submit", (event) => {
      if (event.target.method !== "post" || event.defaultPrevented) return;
      if (event.target.dataset.sent) event.preventDefault();
      event.target.dataset.sent = "yes";
    });
    addEventListener("pageshow", () => {
      for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    });
  },
};

// What scrolls sideways can be scrolled with the keyboard.
const scrolling = {
  mark() {
    for (const part of document.querySelectorAll(".scroll")) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  },

  start() {
    scrolling.mark();
    addEventListener("resize", scrolling.mark);
  },
};

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = token.content;
});

for (const part of [theme, palette, copying, explanations, sending, scrolling]) part.start();
