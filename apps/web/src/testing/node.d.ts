// What tests use of Node; the application itself never runs there.
declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
}
declare module "node:crypto" {
  export function createHash(name: "sha256"): { update(bytes: Uint8Array): { digest(form: "hex"): string } };
}
