/**
 * Shows pages of mail in Chromium at several widths, light and dark, and says what they look like there:
 * `node mail_window.mjs MODULES FILE…` prints one JSON array. With GOODWILL_PICTURES pictures go to that folder.
 */
import { pathToFileURL } from "node:url";

const [tools, ...files] = process.argv.slice(2);
const folder = process.env.GOODWILL_PICTURES;
const { chromium } = await import(pathToFileURL(`${tools}/playwright-core/index.mjs`));
const browser = await chromium.launch({ executablePath: process.env.GOODWILL_CHROMIUM, args: ["--no-sandbox"] });
const found = [];
const looks = files.flatMap((file) => [320, 800].map((width) => [file, width]));
for (const [file, width] of looks) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const [asked, said] = [[], []];
    page.on("request", (one) => asked.push(one.url().slice(0, 60)));
    page.on("dialog", (one) => { said.push(one.message()); void one.dismiss(); });
    await page.goto(pathToFileURL(file).href);
    const told = await page.evaluate(() => {
      const channels = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
      const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
          const color = channels(getComputedStyle(at).backgroundColor);
          if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
        }
        return [255, 255, 255];
      };
      const light = (rgb) => {
        const [r, g, b] = rgb.map((one) => one / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (one) => {
        const [a, b] = [light(channels(getComputedStyle(one).color).slice(0, 3)), light(ground(one))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      };
      const texts = [...document.body.querySelectorAll("*")]
        .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      return {
        wide: document.documentElement.scrollWidth,
        ground: ground(document.body),
        contrast: Math.min(...texts.map(contrast)),
        pictures: [...document.images].map((one) => one.complete && one.naturalWidth > 0),
        widest: Math.max(...texts.map((one) => one.getBoundingClientRect().right)),
        card: document.querySelector(".card").getBoundingClientRect().width,
        keys: [...document.querySelectorAll("a")].map((one) => one.getBoundingClientRect().height),
      };
    });
    if (folder) await page.screenshot({ path: `${folder}/${file.replace(/.*\/|\.html/g, "")}-${width}-${colorScheme}.png`, fullPage: true });
    found.push({ file, width, colorScheme, asked, said, ...told });
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
