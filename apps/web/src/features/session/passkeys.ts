import { api, data, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";

/** Whether this browser knows passkeys here: over https or at localhost, at a host that has a name. */
export const knowsPasskeys = (): boolean => typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Signs in with a key of this device, which knows whose it is. */
export async function signInWithPasskey(): Promise<Schemas["Session"]> {
  const options = await data(api.POST("/api/v1/auth/passkeys/login/options"));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON);
  const credential = await ofDevice(navigator.credentials.get({ publicKey }));
  return data(api.POST("/api/v1/auth/passkeys/login", { body: { credential: credential.toJSON() as Schemas["SignedCredential"], cookie: true } }));
}

/** Makes a key on this device and adds it to the account. */
export async function addPasskey(name: string): Promise<Schemas["SavedPasskey"]> {
  const options = await data(api.POST("/api/v1/auth/passkeys/options"));
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON);
  const credential = await ofDevice(navigator.credentials.create({ publicKey }));
  return data(api.POST("/api/v1/auth/passkeys", { body: { name, credential: credential.toJSON() as Schemas["NewCredential"] } }));
}

/** What the device made; a device that made nothing is no broken connection. */
async function ofDevice(made: Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await made;
  } catch (error) {
    const code = error instanceof DOMException && error.name === "InvalidStateError" ? "passkey_known" : "passkey_unused";
    throw new Problem(400, { code, detail: String(error) });
  }
  if (!credential) {
    throw new Problem(400, { code: "passkey_unused" });
  }
  return credential as PublicKeyCredential;
}
