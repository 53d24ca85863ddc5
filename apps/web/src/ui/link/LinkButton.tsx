import Button, { type ButtonProps } from "@mui/material/Button";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

export const LinkButton = createLink((props: WithRef<Omit<ButtonProps<"a">, "href">>) => <Button component="a" {...props} />);
