// One module each, so that a page loads only those that it shows.
export { BackLink } from "./link/BackLink";
export { Link } from "./link/Link";
export { LinkButton } from "./link/LinkButton";
export { LinkItem } from "./link/LinkItem";
export { LinkMenuItem } from "./link/LinkMenuItem";
export { LinkTab } from "./link/LinkTab";
export { LinkChip } from "./link/LinkChip";
