// What must work even when the page does not: the theme before the first paint, and words when something fails.
// It stands apart from the wasm, so that a stopped page can still say that it has stopped.
(() => {
  "use strict";
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("calpost.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Without storage the system's theme stays.
  }

  const byId = (id) => document.getElementById(id);

  // The page never came: say why, where the loading bar stands.
  const absent = (why) => {
    const text = byId("arrived");
    const bar = byId("arriving");
    if (!text) return;
    if (bar) bar.remove();
    text.classList.remove("quiet", "hint");
    text.setAttribute("role", "alert");
    text.textContent = why;
  };

  // The page came, and stopped: cover it, say so, offer to reload.
  let stopped = false;
  const stop = (report) => {
    if (stopped) return;
    stopped = true;
    const page = byId("page");
    const cover = byId("stopped");
    if (!page || !cover) return;
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    page.inert = true;
    byId("stopped-report").textContent = report;
    cover.hidden = false;
    byId("stopped-reload").addEventListener("click", () => location.reload());
    byId("stopped-copy").addEventListener("click", () => navigator.clipboard.writeText(report));
    byId("stopped-reload").focus();
  };

  // Only the first part of an address is told: the rest may name an event.
  const report = (words) => `Calpost\n${words}\nat /${location.pathname.split("/")[1]}/…\n${navigator.userAgent}`;

  addEventListener("calpost-stopped", (event) => stop(report(event.detail)));
  addEventListener("calpost-absent", (event) => absent(event.detail));
  // A stack that ran out or memory that is gone passes no panic hook: the browser only tells of the trap.
  addEventListener("error", (event) => {
    if (event.error instanceof WebAssembly.RuntimeError) stop(report(event.error.message));
  });
  addEventListener("unhandledrejection", (event) => {
    if (event.reason instanceof WebAssembly.RuntimeError) stop(report(event.reason.message));
  });
  addEventListener("DOMContentLoaded", () => {
    if (typeof WebAssembly === "undefined") {
      absent("Calpost needs WebAssembly, which is switched off in this browser. Allow it for this address and reload.");
    }
  });
})();
