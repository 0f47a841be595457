"use strict";
const box = document.getElementById("search");
const none = document.getElementById("none");
box.parentElement.hidden = false;
box.addEventListener("input", () => {
  const wanted = box.value.trim().toLowerCase();
  let found = 0;
  for (const item of document.querySelectorAll("[data-item]")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
    found += item.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-item]:not([hidden])");
  }
  none.hidden = found > 0;
});
