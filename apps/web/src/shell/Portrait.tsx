import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import type { Profile } from "../session/session";

/** The picture of oneself, or one's initials. */
export function Portrait({ profile, size }: { profile: Profile; size: number }) {
  const src = profile.picture ? `/api/v1/users/${profile.id}/picture?${profile.picture.slice(0, 12)}` : undefined;
  return (
    <Avatar alt="" {...(src ? { src } : {})} sx={{ width: size, height: size, fontSize: size * 0.44, bgcolor: "primary.main", color: "primary.contrastText" }}>
      {/* drawn, not written: it is a picture of the name, not a label */}
      <Box component="span" data-initials={initials(profile.name)} sx={{ "&::before": { content: "attr(data-initials)" } }} />
    </Avatar>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
