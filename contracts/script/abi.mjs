// npm run contracts:abi — rebuilds the contracts and writes contracts/abi/.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { abiDirectory, compile } from "./artefacts.mjs";

for (const [file, content] of compile()) {
  const path = join(abiDirectory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const { deployedBytecode } = JSON.parse(content);
  console.log(`contracts/abi/${file}: ${(deployedBytecode.object.length - 2) / 2} bytes of runtime code`);
}
