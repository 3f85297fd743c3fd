// Light or dark as the reader's screen, or as the button was last pressed.
"use strict";
{
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* a page from a file may not */ } };
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (kept()) root.dataset.theme = kept();
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("button.theme");
    const show = () => { button.textContent = dark() ? "Light" : "Dark"; };
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      keep(root.dataset.theme);
      show();
    });
    button.hidden = false;
    show();
    const beside = document.querySelector("details.beside");
    if (!beside) return;
    if (innerWidth < 880) beside.open = false;
    else beside.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
    scrollTo(0, 0);
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });
}
