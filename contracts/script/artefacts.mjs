// Compiles the contracts that others use, from scratch and in a directory of their own (what else is compiled along
// would change the names inside the bytecode), and gives what contracts/abi/ has to hold.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const abiDirectory = join(project, "abi");

/** Source of each exported contract → its file under contracts/abi/. */
const exported = {
  "src/IdentityRegistry.sol": "IdentityRegistry.json",
  "src/RegistrySet.sol": "RegistrySet.json",
  "src/KYCRegistrar.sol": "KYCRegistrar.json",
  "src/RegulatedToken.sol": "RegulatedToken.json",
  "src/VerifiedSender.sol": "VerifiedSender.json",
  "src/certificates/CertificateRegistry.sol": "CertificateRegistry.json",
  "src/identity/ClaimIssuer.sol": "ClaimIssuer.json",
  "src/identity/Identity.sol": "Identity.json",
  "src/identity/IdentityFactory.sol": "IdentityFactory.json",
  "src/ownership/SignatureCheck.sol": "SignatureCheck.json",
  "src/rules/CountryRules.sol": "CountryRules.json",
  "test/gas/BareToken.sol": "probes/BareToken.json",
  "test/gas/GuardedToken.sol": "probes/GuardedToken.json",
  "test/gas/InvestorsProbe.sol": "probes/InvestorsProbe.json",
  "test/gas/VerifiedProbe.sol": "probes/VerifiedProbe.json",
  "test/helpers/TwoOfTwo.sol": "probes/TwoOfTwo.json",
  "test/ownership/MoodyFactory.sol": "probes/MoodyFactory.json",
  "test/ownership/MoodyWallet.sol": "probes/MoodyWallet.json",
};

export function forge(...args) {
  return execFileSync("forge", [...args, "--offline"], {
    cwd: project,
    env: { ...process.env, PATH: `${resolve(project, "../node_modules/.bin")}:${process.env.PATH}` },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** File name → content, as contracts/abi/ should have it. */
export function compile() {
  const temporary = mkdtempSync(join(tmpdir(), "symbolon-contracts-"));
  try {
    const out = join(temporary, "out");
    forge("build", "--out", out, "--cache-path", join(temporary, "cache"), ...Object.keys(exported));
    return new Map(
      Object.entries(exported).map(([source, file]) => {
        const name = source.split("/").at(-1).replace(".sol", "");
        const { abi, bytecode, deployedBytecode } = JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), "utf8"));
        const artefact = {
          contractName: name,
          abi,
          bytecode: { object: bytecode.object },
          deployedBytecode: {
            object: deployedBytecode.object,
            immutableReferences: renumbered(deployedBytecode.immutableReferences ?? {}),
          },
          compiler: compilerVersion(),
        };
        return [file, `${JSON.stringify(artefact, null, 2)}\n`];
      }),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Immutables are keyed by ids that depend on the order of compilation: number them by their first position. */
function renumbered(references) {
  const positions = Object.values(references).sort((a, b) => a[0].start - b[0].start);
  return Object.fromEntries(positions.map((places, index) => [index, places]));
}

function compilerVersion() {
  return JSON.parse(readFileSync(resolve(project, "../package.json"), "utf8")).devDependencies.solc;
}
