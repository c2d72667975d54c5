// The pictures of docs/images, taken anew with UPDATE=1.
import { mkdir } from "node:fs/promises";

export async function picture(page, name) {
  if (!process.env.UPDATE) return;
  await mkdir("docs/images", { recursive: true });
  await page.screenshot({ path: `docs/images/${name}.png`, fullPage: true, animations: "disabled" });
}
