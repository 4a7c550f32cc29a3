// Moves the loading bar while the page's wasm arrives. Trunk's start script calls these.
const KB = 1024;

export default function arrival() {
  return {
    onStart: () => {},
    onProgress: ({ current, total }) => {
      const bar = document.getElementById("arriving");
      const text = document.getElementById("arrived");
      if (!bar || !text) return;
      // A compressed answer names its compressed length while its bytes are counted unpacked: then there is no measure.
      const isMeasured = total > 0 && current <= total;
      if (isMeasured) {
        bar.max = total;
        bar.value = current;
      } else {
        bar.removeAttribute("value");
      }
      const of = isMeasured ? ` of ${Math.round(total / KB)}` : "";
      text.textContent = `${Math.round(current / KB)}${of} KB. Next time it opens from this device.`;
    },
    onComplete: () => {},
    onSuccess: () => {},
    onFailure: () => {
      const detail = "Calpost could not be loaded. Check this device’s connection and reload. Nothing was sent or stored.";
      dispatchEvent(new CustomEvent("calpost-absent", { detail }));
    },
  };
}
