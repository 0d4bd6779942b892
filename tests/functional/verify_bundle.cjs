// Verifies a Sigstore bundle with the packages of npm: node verify_bundle.cjs BUNDLE (--key KEY.pub | --root ROOT.json)
// Prints what was signed; ends with 1 if the bundle is refused.

const fs = require("node:fs");
const { createPublicKey } = require("node:crypto");
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const [path, kind, trust] = process.argv.slice(2);
const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(path, "utf8")));
const certified = kind === "--root";
const nothing = { mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1" };
const root = TrustedRoot.fromJSON(certified ? JSON.parse(fs.readFileSync(trust, "utf8")) : nothing);
const key = certified ? undefined : { publicKey: createPublicKey(fs.readFileSync(trust)), validFor: () => true };
const enough = certified ? 1 : 0;
const thresholds = { tlogThreshold: enough, ctlogThreshold: enough, timestampThreshold: enough };

try {
  new Verifier(toTrustMaterial(root, () => key), thresholds).verify(toSignedEntity(bundle));
} catch (error) {
  console.error(`refused: ${error.message}`);
  process.exit(1);
}
process.stdout.write(bundle.content.dsseEnvelope.payload);
