// Before anything is painted: the scheme that was chosen last on this device, so that a dark shop never flashes white.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("pirwa-mode");
  } catch {
    // Without storage the device decides.
  }
  if (chosen !== "light" && chosen !== "dark") {
    chosen = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.classList.add(chosen);
})();
