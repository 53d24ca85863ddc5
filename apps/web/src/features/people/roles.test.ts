import { expect, test } from "vitest";
import en from "../../locales/en/people.json";
import { byResource } from "./roles";

test("permissions stand together by what they concern", () => {
  expect(byResource(["stock:read", "sale:read", "stock:post"])).toEqual([["stock", ["read", "post"]], ["sale", ["read"]]]);
});

test("every preset has a name", () => {
  expect(Object.keys(en.preset).sort()).toEqual(["admin", "auditor", "employee", "manager", "operator", "platform_owner", "requester", "viewer"]);
});
