import { Frame } from "./Frame";
import { EmailPart } from "./EmailPart";
import { PersonPart } from "./PersonPart";
import { PhonePart } from "./PhonePart";
import { PicturePart } from "./PicturePart";

/** Who I am, and where I can be reached. */
export function ProfilePage() {
  return (
    <Frame at="you">
      <PicturePart />
      <PersonPart />
      <EmailPart />
      <PhonePart />
    </Frame>
  );
}
