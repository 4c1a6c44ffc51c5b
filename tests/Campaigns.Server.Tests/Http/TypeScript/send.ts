import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Status = components["schemas"]["CampaignStatus"];

const [baseUrl, key] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

function good<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const list = good(await api.POST("/api/v1/lists", { body: { name: "Everybody" } }));
const ann = good(await api.POST("/api/v1/contacts", { body: { email: "ann@a.example", firstName: "Ann" } }));
good(await api.POST("/api/v1/lists/{id}/members", { params: { path: { id: list.id } }, body: { contactIds: [ann.id] } }));
const template = good(await api.POST("/api/v1/templates", { body: { name: "Offer", subject: "An offer", text: "Dear {{first_name}}" } }));
const draft = good(await api.POST("/api/v1/campaigns", {
  params: { header: { "Idempotency-Key": "spring-1" } },
  body: { name: "Spring", listId: list.id, channels: "email", from: { email: "anna@sender.example" } },
}));
const path = { id: draft.id };
const refused = await api.POST("/api/v1/campaigns/{id}/launch", { params: { path } });
if (refused.error?.type !== "/problems/campaign-incomplete") throw new Error("It has no template.");
good(await api.PATCH("/api/v1/campaigns/{id}", {
  params: { path, header: { "If-Match": `"${draft.version}"` } },
  body: { templateId: template.id },
}));
const launched = good(await api.POST("/api/v1/campaigns/{id}/launch", { params: { path } }));
const status: Status = launched.status;
const reason: string | undefined = launched.reason ?? undefined;
// @ts-expect-error there is no such state
const wrong: Status = "sendingg";
console.log(status, reason ?? "", launched.id);
