// Before the first paint: the theme this browser chose, else the one of the system.
"use strict";
try {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // A browser that keeps nothing shows the theme of its system.
}
