// A small look at what people need who do not see the page, or do not see it well.
import type { Page } from "playwright-core";

/** What is wrong, a line each: controls and pictures without a name, ids that stand twice, text that is too pale. */
export async function faults(page: Page): Promise<string[]> {
  return await page.evaluate(LOOK);
}

// As text: it runs in the page, whose types Deno does not know.
const LOOK = `(() => {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const shown = [...document.body.querySelectorAll("*")].filter((element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0
  );
  return [...nameless(), ...twice(), ...pale()];

  function nameless() {
    return shown.filter((element) => element.matches("button, a, input, select, textarea, img, [role]"))
      .filter((element) => !element.matches("[aria-hidden=true], img[alt=''], [role=status], [role=listitem]"))
      .filter((element) => !nameOf(element))
      .map((element) => "no name: " + element.outerHTML.slice(0, 120));
  }

  function nameOf(element) {
    const labels = [...element.labels ?? []].map((label) => label.textContent).join("");
    return (element.ariaLabel || labels || element.alt || element.textContent || "").trim();
  }

  function twice() {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => "id twice: " + id);
  }

  function pale() {
    const texts = shown.filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    ).filter((element) => !element.closest("[aria-hidden=true], :disabled, option, .picture"));
    return texts.flatMap((element) => {
      const ratio = contrast(element);
      return ratio < 4.5
        ? [\`contrast \${ratio.toFixed(2)}: \${element.className} "\${element.textContent.trim().slice(0, 40)}"\`]
        : [];
    });
  }

  function contrast(element) {
    const behind = [];
    for (let one = element; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
    const ground = paint(["white", ...behind]);
    const ink = paint(["rgb(" + ground.join() + ")", getComputedStyle(element).color]);
    const [dark, light] = [brightness(ground), brightness(ink)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function paint(colours) {
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  function brightness(colour) {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
})()`;
