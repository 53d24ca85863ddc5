import { useSession } from "../../session/session";
import { Frame } from "./Frame";
import { HabitsPart } from "./HabitsPart";
import { ResetPart } from "./ResetPart";
import { UsagePart } from "./UsagePart";
import { WebhookPart } from "./WebhookPart";

/** How I like to work, and what is known of it. */
export function WaysPage() {
  const { profile } = useSession();
  return (
    <Frame at="ways">
      <HabitsPart />
      {profile.company && <UsagePart />}
      {profile.company && <WebhookPart />}
      <ResetPart />
    </Frame>
  );
}
