import { Frame } from "./Frame";
import { CodesPart } from "./CodesPart";
import { LinksPart } from "./LinksPart";
import { PasskeysPart } from "./PasskeysPart";
import { PasswordPart } from "./PasswordPart";
import { SessionsPart } from "./SessionsPart";

/** How I sign in, and where I am signed in. */
export function SecurityPage() {
  return (
    <Frame at="security">
      <PasswordPart />
      <CodesPart />
      <PasskeysPart />
      <SessionsPart />
      <LinksPart />
    </Frame>
  );
}
