/**
 * Every operation with a text in every field that would become another path, query or host if it were put into an address as it is:
 * what goes out is a call of the catalog all the same, to the host of the credential.
 */
import '../support/without-waiting.cts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { IDataObject, ICredentialDataDecryptedObject } from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { WecomChatArchiveApi } from '../../credentials/WecomChatArchiveApi.credentials';
import type { Field, FieldGroup, Operation } from '../../nodes/Wecom/engine/operation';
import { resources } from '../../nodes/Wecom/resources';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { makeCompanies } from '../../simulator/suite/data.cts';
import { facts } from '../contract/facts.cts';
import { binaryItem, chain, runWorkflow } from '../support/harness.cts';
import { startProvider, suiteTypes, useProvider, type Provider } from './suite-support.cts';
import { credentialOf, nodeTypes, WECOM } from './support.cts';

const ATTACK = '../x?y=1&z#';
const TOKEN = /gettoken|get_\w+_token/;

jest.setTimeout(300_000);

const simulator = useProvider();
const [company] = makeCompanies(1);

/** Paths of the catalog, and those of pushes into a group, by method. */
const KNOWN = new Set(facts.map(({ method, path }) => `${method} ${path.split('?')[0]}`));

let provider: Provider;
beforeEach(async () => {
	provider = await startProvider(simulator());
	await provider.listen();
	await provider.ticket();
	await provider.authorize(company.corpid);
});
afterEach(async () => await provider.stop());

/** What an operation sent: method, host, and the path as written. */
interface Sent {
	method: string;
	host: string;
	path: string;
}
let sent: Sent[] = [];
/** Whether an operation runs. A trigger's own work, also one of an earlier test file of this process, may send something meanwhile. */
const operating = new AsyncLocalStorage<true>();
const listen = (message: unknown) => {
	if (!operating.getStore()) return;
	const { request } = message as { request: ClientRequest };
	sent.push({
		method: request.method,
		host: String(request.getHeader('host')),
		path: request.path,
	});
};
beforeAll(() => subscribe('http.client.request.start', listen));
afterAll(() => unsubscribe('http.client.request.start', listen));

const rows = resources.flatMap((resource) =>
	resource.operations.map((operation) => ({ resource, operation })),
);
const idOf = ({ resource, operation }: (typeof rows)[number]) =>
	`${resource.value}.${operation.value}`;

/** A value for a field: the attack where it takes text, else one that is let through. */
function valueFor(field: Field, attack = ATTACK): unknown {
	const { type, convert, typeOptions } = field;
	const options = (field.options ?? []) as Field[];
	if (type === 'collection')
		return Object.fromEntries(options.map((entry) => [entry.name, valueFor(entry)]));
	if (type === 'fixedCollection') {
		const [group] = field.options as FieldGroup[];
		return {
			[group.name]: [
				Object.fromEntries(group.values.map((entry) => [entry.name, valueFor(entry)])),
			],
		};
	}
	if (type === 'json' || convert === 'json' || convert === 'jsonList')
		return JSON.stringify({ [attack]: attack });
	if (type === 'dateTime' || /^(day|timestamp)/.test(convert ?? '')) return '2026-11-02T08:00:00';
	if (type === 'boolean') return field.default;
	if (type === 'number' || convert === 'integer' || convert === 'fen')
		return (typeOptions as { minValue?: number })?.minValue ?? 1;
	if (convert === 'integerList') return '1';
	if (type === 'options') return field.default;
	if (type === 'multiOptions') return typeOptions?.loadOptionsMethod ? [attack] : field.default;
	if (/^binary|PropertyName$/i.test(field.name)) return 'data';
	return type === 'resourceLocator' ? { __rl: true, mode: 'id', value: attack } : attack;
}

/** The form with the attack everywhere, once with each choice that decides what is shown or called. */
function formsOf({ fields }: Operation): IDataObject[] {
	const base = Object.fromEntries(fields.map((field) => [field.name, valueFor(field)]));
	const forms = [base];
	for (const { name, type, options, typeOptions } of fields) {
		if (type === 'boolean') forms.push({ ...base, [name]: !base[name] });
		if (type !== 'options' || typeOptions?.loadOptionsMethod) continue;
		for (const { value } of options as Array<{ value: string }>)
			forms.push({ ...base, [name]: value });
		forms.push({ ...base, [name]: `={{ ${JSON.stringify(ATTACK)} }}` });
	}
	return forms as IDataObject[];
}

async function run({ resource, operation }: (typeof rows)[number], form: IDataObject) {
	const sim = simulator();
	const bridge = { bridgeUrl: sim.url, bridgeToken: 'a'.repeat(40) };
	const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
	const asSuite = resource.suiteOnly || operation.token === 'suite';
	const workflow: Parameters<typeof runWorkflow>[0] = {
		nodeTypes,
		credentialTypes: [...suiteTypes, new WecomBotApi(), new WecomChatArchiveApi()],
		credentials: {
			c1: credentialOf(sim) as ICredentialDataDecryptedObject,
			s1: provider.store.s1,
			b1: { token, encodingAesKey },
			w1: { authKey: 'a-key', baseUrl: sim.url },
			a1: bridge,
		},
		nodes: [
			{
				name: 'WeCom',
				type: WECOM,
				parameters: {
					resource: resource.value,
					operation: operation.value,
					...(asSuite && { authentication: 'suite' }),
					...form,
					actAsCompany: { __rl: true, mode: 'id', value: company.corpid },
				} as never,
				credentials: {
					wecomApi: 'c1',
					wecomSuiteApi: 's1',
					wecomBotApi: 'b1',
					wecomWebhookApi: 'w1',
					wecomChatArchiveApi: 'a1',
				},
			},
		],
		connections: chain('WeCom'),
		items: [
			await binaryItem(
				{ url: ATTACK, [ATTACK]: ATTACK },
				{ data: { data: 'name,userid\n', fileName: `${ATTACK}.csv`, mimeType: 'text/csv' } },
			),
		],
	};
	return await operating.run(true, async () => await runWorkflow(workflow));
}

/** Those of the chat archive bridge, and files under addresses that WeCom hands out. */
const OTHERS = /^(GET \/v1\/(messages|position)|POST \/v1\/media|GET \/(export-file|drive-file))$/;

/** What is wrong with a request: another host or path than of the catalog, or a parameter that the attack has added. */
function wrong({ method, host, path }: Sent): string[] {
	const [plain, query = ''] = path.split('?');
	const call = `${method} ${plain}`;
	const names = [...new URLSearchParams(query).keys()];
	const isOwn =
		host === new URL(simulator().url).host &&
		(KNOWN.has(call) || OTHERS.test(call)) &&
		!names.some((name) => name === 'y' || name.includes('#'));
	return isOwn ? [] : [`${method} ${host}${path}`];
}

/** These make no call: they answer a person or a bot, make a link, or refuse such texts before anything is sent. */
const SILENT = new Set(
	`
	bot.send bot.reply bot.streamReply bot.welcome bot.updateCard bot.uploadMedia callback.reply
	login.buildAuthorizationUrl login.respond suite.buildLoginUrl suite.getManyCompanies suite.importCompany suite.forgetCompany
	suite.getSuiteToken suite.getProviderToken suite.getCorpToken suite.buildInstallUrl
	groupChat.create media.uploadImage jsSdk.signUrl app.update app.setMenu chatArchive.getArchivedMessages
	customerMessage.createBulkMessage customerMessage.sendWelcomeMessage customerMessage.createGroupWelcomeTemplate
	customerMessage.updateGroupWelcomeTemplate customerProduct.create customerProduct.update api.call
	`.match(/\S+/g),
);

it('no text of a form becomes part of an address', async () => {
	const found: string[] = [];
	const silent: string[] = [];
	for (const row of rows) {
		sent = [];
		for (const form of formsOf(row.operation)) await run(row, form);
		found.push(...new Set(sent.flatMap(wrong).map((what) => `${idOf(row)}: ${what}`)));
		if (!sent.some(({ path }) => !TOKEN.test(path))) silent.push(idOf(row));
	}
	expect(found).toEqual([]);
	expect(silent.filter((id) => !SILENT.has(id))).toEqual([]);
});

describe('API > Call', () => {
	const call = rows.find((row) => idOf(row) === 'api.call')!;
	const endpoint = (value: string) => ({ __rl: true, mode: 'id', value });

	it.each([
		ATTACK,
		'GET /cgi-bin/user/../user/delete',
		'GET /cgi-bin/user/%2e%2e/user/delete',
		'GET https://evil.example/cgi-bin/user/get',
		'GET //evil.example/cgi-bin/user/get',
		'GET /cgi-bin/user%2fdelete',
	])('calls nothing for %s', async (value) => {
		sent = [];
		const { error } = await run(call, { endpoint: endpoint(value), inputMode: 'json', json: '{}' });
		expect(error?.message).toMatch(/is not a path of the API|is a path, not a whole address/);
		expect(sent).toEqual([]);
	});

	it('sends what an endpoint of the catalog takes as parameters only', async () => {
		sent = [];
		for (const { id, method, params } of facts) {
			if (method !== 'GET') continue;
			const json = Object.fromEntries(
				(params ?? []).map(({ name, type }) => [name, type === 'string' ? ATTACK : 1]),
			);
			await run(call, {
				endpoint: endpoint(id),
				inputMode: 'json',
				json: JSON.stringify(json),
				options: { parameterCheck: 'off' },
			});
		}
		expect([...new Set(sent.flatMap(wrong))]).toEqual([]);
		expect(sent.length).toBeGreaterThan(50);
	});
});
