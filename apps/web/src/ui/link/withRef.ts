import type { Ref } from "react";

export type WithRef<Props, Element = HTMLAnchorElement> = Props & { ref?: Ref<Element> };
