// Runs before the first paint, so that a light page never flashes dark. Its choice is the one in src/state/theme.svelte.ts.
(function () {
  var choice = localStorage.getItem("tidegate.theme");
  var light = choice === "light" || (choice !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
