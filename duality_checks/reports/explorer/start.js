// Every panel of the page is filled by its program; one that fails says so and leaves the others alone.
"use strict";

for (const section of document.querySelectorAll("section[data-mount]")) {
  const root = section.querySelector(".panel");
  try {
    globalThis[section.dataset.mount](root, JSON.parse(section.querySelector("script").textContent));
  } catch (error) {
    root.replaceChildren(Common.element("p", { class: "bad" }, `This panel does not work here: ${error.message}`));
    console.error(error);
  }
}
