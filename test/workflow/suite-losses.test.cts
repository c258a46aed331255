/** What a provider must not lose: slow and failing n8n, failing expressions, one-second limits. */
import { WebhookContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { DEMO_SUITE, makeCompanies } from '../../simulator/suite/data.cts';
import { companyTimings } from '../../nodes/shared/client/client';
import { NEWS_OF_COMPANY_MS, URGENT_MS } from '../../nodes/WecomTrigger/deadlines';
import { CredHelper, lockStore } from '../support/harness-credentials.cts';
import { logged } from '../support/harness.cts';
import { startProvider, until, useProvider, type Provider } from './suite-support.cts';
import { shutDoor, sleep } from '../support/wait.cts';

jest.setTimeout(20_000);

const simulator = useProvider();
const [first] = makeCompanies(3);

let provider: Provider;
afterEach(async () => {
	jest.restoreAllMocks();
	await provider?.stop();
});
const begin = async () => {
	provider = await startProvider(simulator());
	await provider.listen();
};
const ticket = async () => await provider.ticket();
const age = (ms: number) => provider.ageCodes(ms);
/** The first reading of a credential like this fails, as when n8n's database is locked for a moment. */
function failOnce(when: (credential: ICredentialDataDecryptedObject) => boolean) {
	const read = WebhookContext.prototype.getCredentials;
	let failed = false;
	jest.spyOn(WebhookContext.prototype, 'getCredentials').mockImplementation(async function (
		this: WebhookContext,
		type: string,
	) {
		const credential = (await read.call(this, type)) as ICredentialDataDecryptedObject;
		if (failed || !when(credential)) return credential as never;
		failed = true;
		throw new Error('SQLITE_BUSY: database is locked');
	});
}

const push = async (InfoType: string) =>
	await simulator().control.pushSuite(DEMO_SUITE.suiteId, {
		InfoType,
		AuthCorpId: first.corpid,
	} as never);

describe('a command that starts the workflow', () => {
	it('of an authorization is answered with success within a second, however long n8n takes to store the execution', async () => {
		provider = await startProvider(simulator());
		const storing = 3_000;
		await provider.listen({}, storing);
		const { verdict, ms } = await push('cancel_auth');
		expect(verdict).toBe('success');
		expect(URGENT_MS).toBeLessThan(1_000);
		expect(ms).toBeLessThan(storing);
		expect(ms).toBeGreaterThan(URGENT_MS - 100);
		expect(provider.items).toMatchObject([{ InfoType: 'cancel_auth' }]);
	});

	it('counts the time for reading a changed authorization as well', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		await provider.stop();
		await provider.listen({}, 2_000);
		simulator().control.inject({ path: '/cgi-bin/service/v2/get_auth_info', delayMs: 3_000 });
		const { verdict, ms } = await push('change_auth');
		expect(verdict).toBe('success');
		expect(ms).toBeLessThan(NEWS_OF_COMPANY_MS + URGENT_MS);
	});

	it('of another kind is answered once n8n has stored the execution, and comes again if it could not', async () => {
		provider = await startProvider(simulator());
		await provider.listen({}, 1_500);
		provider.failures = 1;
		const { ms, attempts } = await push('corp_arch_auth');
		expect(attempts.map(({ status }) => status)).toEqual([500, 200]);
		expect(ms).toBeGreaterThan(1_400);
		expect(provider.items).toMatchObject([{ InfoType: 'corp_arch_auth' }]);
	});
});

describe('a command of a workflow that replies', () => {
	it('is answered before WeCom hangs up', async () => {
		provider = await startProvider(simulator());
		await provider.listen({ responseMode: 'responseNode' }, 7_000);
		const { verdict, attempts } = await push('corp_arch_auth');
		expect(verdict).toBe('success');
		expect(attempts).toHaveLength(1);
		expect(provider.items).toHaveLength(1);
	});
});

describe('a withdrawn authorization', () => {
	it('reaches the workflow although the company cannot be forgotten in time', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const read = WebhookContext.prototype.getCredentials;
		let asked = 0;
		jest.spyOn(WebhookContext.prototype, 'getCredentials').mockImplementation(async function (
			this: WebhookContext,
			type: string,
		) {
			if (asked++ === 0) return (await read.call(this, type)) as never;
			await sleep(1_000);
			throw new Error('SQLITE_BUSY: database is locked');
		});
		logged.length = 0;
		expect((await push('cancel_auth')).verdict).toBe('success');
		await until(() => provider.items.length === 2);
		expect(provider.items[1]).toMatchObject({ InfoType: 'cancel_auth' });
		expect(JSON.stringify(logged)).toContain('stored: SQLITE_BUSY');
	});
});

describe('while the database is locked', () => {
	it('a permanent code is kept, written again every second or two, and the workflow gets its event', async () => {
		await begin();
		await ticket();
		const open = lockStore((written) => written.includes('permanentCode'));
		logged.length = 0;
		await provider.authorize(first.corpid);
		await until(() => JSON.stringify(logged).includes('could not be stored and is written again'));
		expect(provider.companies()[first.corpid]).toBeUndefined();
		// It is not exchanged a second time.
		age(15_000);
		await ticket();
		open();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({ wecom: { exchange: 'done' } });
		const [{ permanentCode }] = simulator().control.authorizations(provider.suite.suiteId);
		expect(provider.companies()[first.corpid].permanentCode).toBe(permanentCode);
		expect(JSON.stringify(logged).split('is written again')).toHaveLength(2);
		const asked = simulator().requests.filter(({ path }) => /get_permanent_code/.test(path));
		expect(asked).toHaveLength(1);
	});

	it('an auth_code that WeCom gives up is taken up and exchanged, with its event at the next ticket', async () => {
		await begin();
		await ticket();
		const open = lockStore((written) => written.includes('create_auth'));
		const { verdict } = await simulator().control.authorize(provider.suite.suiteId, first.corpid);
		expect(verdict).not.toBe('success');
		expect(provider.items).toEqual([]);
		open();
		await until(() => provider.companies()[first.corpid] !== undefined);
		age(15_000);
		await ticket();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({ wecom: { exchange: 'done', retried: true } });
	});

	it('a company that withdrew is forgotten as soon as that can be written', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const write = CredHelper.prototype.updateCredentials;
		let failures = 1;
		jest.spyOn(CredHelper.prototype, 'updateCredentials').mockImplementation(async function (
			this: CredHelper,
			...args: Parameters<typeof write>
		) {
			if (failures-- > 0) {
				await sleep(1_000);
				throw new Error('SQLITE_BUSY: database is locked');
			}
			await write.apply(this, args);
		});
		expect((await push('cancel_auth')).verdict).toBe('success');
		await until(() => provider.companies()[first.corpid] === undefined);
	});
});

describe('a command that somebody has caught and sends again', () => {
	const replay = async (InfoType: string, secondsAgo: number) =>
		await simulator().control.pushSuite(DEMO_SUITE.suiteId, {
			InfoType,
			AuthCorpId: first.corpid,
			TimeStamp: String(Math.floor(Date.now() / 1000) - secondsAgo),
		} as never);

	it.each(['cancel_auth', 'change_auth', 'change_contact'])(
		'%s: does nothing to a company that has authorized since, and starts no workflow',
		async (kind) => {
			await begin();
			await ticket();
			await provider.authorize(first.corpid);
			await until(() => provider.items.length === 1);
			logged.length = 0;
			expect(await replay(kind, 60)).toMatchObject({ verdict: 'success' });
			expect(provider.companies()[first.corpid]).toBeDefined();
			expect(provider.items).toHaveLength(1);
			expect(JSON.stringify(logged)).toContain(`left a ${kind} aside that is older`);
		},
	);

	it('cancel_auth: from before an import does nothing to the company', async () => {
		await begin();
		await ticket();
		// Another process has exchanged the code: what this one exchanges it would bring back itself, with the time of that.
		simulator().control.issueAuthCode(DEMO_SUITE.suiteId, first.corpid);
		const importedCode = 'exchanged-elsewhere';
		for (const authorization of simulator().state.providerSide.authorizations.values())
			Object.assign(authorization, { permanentCode: importedCode });
		await provider.itemsOf({
			resource: 'suite',
			operation: 'importCompany',
			parameters: { corpId: first.corpid, importedCode },
		});
		await replay('cancel_auth', 3_600);
		expect(provider.companies()[first.corpid]).toMatchObject({ permanentCode: importedCode });
		expect(provider.items).toEqual([]);
	});

	it('a cancel_auth of now is obeyed', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		expect(await replay('cancel_auth', 0)).toMatchObject({ verdict: 'success' });
		await until(() => provider.items.length === 2);
		expect(provider.companies()[first.corpid]).toBeUndefined();
	});
});

describe('an authorization', () => {
	it('that n8n could not store comes again from memory, once, also with a ticket in between', async () => {
		await begin();
		await ticket();
		provider.failures = 1;
		await provider.authorize(first.corpid);
		await until(() => provider.companies()[first.corpid] !== undefined && provider.failures === 0);
		expect(provider.items).toEqual([]);
		// The code is left to the process that exchanged it for ten seconds.
		age(15_000);
		await ticket();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			InfoType: 'create_auth',
			wecom: { exchange: 'done' },
		});
		await until(() => !provider.stored().pendingAuthCodes.includes('create_auth'));
		expect(provider.items).toHaveLength(1);
	});

	it('that n8n has stored comes once, although its code cannot be forgotten for a while', async () => {
		await begin();
		await ticket();
		const open = lockStore((written) => written.includes('"pendingAuthCodes":""'));
		logged.length = 0;
		await provider.authorize(first.corpid);
		await until(() => JSON.stringify(logged).includes('left an auth_code stored for now'));
		age(15_000);
		await ticket();
		await ticket();
		expect(provider.items).toHaveLength(1);
		open();
		await until(() => provider.stored().pendingAuthCodes === '');
		await ticket();
		expect(provider.items).toHaveLength(1);
	});

	it('is exchanged although the look after storing its code fails, and that is logged', async () => {
		await begin();
		await ticket();
		logged.length = 0;
		failOnce(({ pendingAuthCodes }) => String(pendingAuthCodes ?? '').length > 5);
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({ wecom: { exchange: 'done' } });
		expect(JSON.stringify(logged)).toContain('may not have stored an auth_code: SQLITE_BUSY');
	});

	it('reaches the workflow although an option cannot be read, and that is logged', async () => {
		await begin();
		await provider.stop();
		await provider.listen({
			suiteOptions: { includePermanentCode: '={{ $("Nope").item.json.x }}' },
		});
		await ticket();
		logged.length = 0;
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		expect(JSON.stringify(provider.items)).not.toContain(
			provider.companies()[first.corpid].permanentCode,
		);
		expect(JSON.stringify(logged)).toContain("could not read 'Include Permanent Code'");
	});
});

it('an authorization whose code another process has exchanged reaches the workflow once that has stored it', async () => {
	await begin();
	await ticket();
	await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
	const path = '/cgi-bin/service/v2/get_permanent_code';
	const door = shutDoor();
	simulator().control.inject({ path, times: 1, after: door.opened });
	const { authCode } = await simulator().control.authorize(provider.suite.suiteId, first.corpid);
	await until(() => simulator().requests.some((request) => request.path === path));
	age(11_000);
	const { suiteAccessToken } = provider.stored();
	const reply = await fetch(`${simulator().url}${path}?suite_access_token=${suiteAccessToken}`, {
		method: 'POST',
		body: JSON.stringify({ auth_code: authCode }),
	});
	const { permanent_code: permanentCode } = (await reply.json()) as { permanent_code: string };
	expect(permanentCode).toBeTruthy();
	door.open();
	setTimeout(() => {
		const { suiteId } = provider.suite;
		const company = { suiteId, permanentCode, agentId: '1', changedAt: Date.now() };
		const codes = JSON.parse(provider.stored().pendingAuthCodes) as Record<string, object>;
		codes[authCode] = { ...codes[authCode], at: Date.now(), corpId: first.corpid };
		provider.store.s1.companies = JSON.stringify({ [first.corpid]: company });
		provider.store.s1.pendingAuthCodes = JSON.stringify(codes);
	}, 500);
	await until(() => provider.items.length === 1);
	expect(provider.items[0]).toMatchObject({
		AuthCorpId: first.corpid,
		wecom: { exchange: 'done', company: { agentId: '1' } },
	});
	await until(() => provider.stored().pendingAuthCodes === '');
});

it('a permanent code is stored over what another process has stored of the company since it was asked for', async () => {
	await begin();
	await ticket();
	await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
	const path = '/cgi-bin/service/v2/get_permanent_code';
	const door = shutDoor();
	simulator().control.inject({ path, times: 1, after: door.opened });
	const { suiteId } = provider.suite;
	await simulator().control.authorize(suiteId, first.corpid);
	await until(() => simulator().requests.some((request) => request.path === path));
	const earlier = { suiteId, permanentCode: 'of-before', changedAt: Date.now() + 60_000 };
	provider.store.s1.companies = JSON.stringify({ [first.corpid]: earlier });
	door.open();
	await until(() => provider.items.length === 1);
	const { permanentCode, agentId } = provider.companies()[first.corpid];
	expect([permanentCode === 'of-before', typeof agentId]).toEqual([false, 'string']);
});

describe('an authorization that n8n has crashed over', () => {
	const suiteId = () => provider.suite.suiteId;
	/** What the process before has left in the credential. */
	const leave = (code: string, { secondsAgo = 15, ...more }: Record<string, unknown> = {}) => {
		const at = Date.now() - Number(secondsAgo) * 1_000;
		const event = {
			SuiteId: suiteId(),
			InfoType: 'create_auth',
			TimeStamp: String(Math.floor(at / 1_000)),
			AuthCode: code,
		};
		provider.store.s1.pendingAuthCodes = JSON.stringify({ [code]: { at, event, ...more } });
		return event;
	};
	const asked = () =>
		simulator().requests.filter(({ path }) => /get_permanent_code/.test(path)).length;
	const listed = { resource: 'suite', operation: 'getSuiteToken' };

	it('before it had stored the permanent code reaches the workflow once, with why', async () => {
		await begin();
		await ticket();
		leave('used-before');
		await provider.itemsOf(listed);
		await provider.itemsOf(listed);
		await ticket();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			InfoType: 'create_auth',
			wecom: { exchange: 'failed', retried: true, reason: expect.stringContaining('(40078)') },
		});
		await until(() => provider.stored().pendingAuthCodes === '');
		await ticket();
		expect(provider.items).toHaveLength(1);
		expect(asked()).toBe(1);
	});

	it('and that was away for longer than the code lives reaches the workflow once, with why', async () => {
		await begin();
		leave('too-old', { secondsAgo: 3_600 });
		await ticket();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			wecom: { exchange: 'failed', retried: true, reason: expect.stringContaining('expired') },
		});
		await until(() => provider.stored().pendingAuthCodes === '');
		expect(asked()).toBe(0);
	});

	it('is the same when WeCom sends it again', async () => {
		await begin();
		await ticket();
		const { suiteId: known } = provider.suite;
		provider.store.s1.companies = JSON.stringify({
			[first.corpid]: { suiteId: known, permanentCode: 'a-code', name: 'The Company' },
		});
		const event = leave('exchanged', { corpId: first.corpid });
		expect(await simulator().control.pushSuite(known, event as never)).toMatchObject({
			verdict: 'success',
		});
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			wecom: { exchange: 'done', company: { name: 'The Company' } },
		});
		await until(() => provider.stored().pendingAuthCodes === '');
		expect(asked()).toBe(0);
	});

	it('is over when its company was forgotten meanwhile', async () => {
		await begin();
		await ticket();
		leave('of-a-forgotten-company', { corpId: first.corpid });
		await ticket();
		await until(() => provider.stored().pendingAuthCodes === '');
		expect(provider.items).toEqual([]);
		expect(asked()).toBe(0);
	});

	it('is not told twice when the workflow knows that its code could not be exchanged', async () => {
		await begin();
		await provider.authorize(first.corpid);
		await until(() => provider.stored().pendingAuthCodes.includes('eventDelivered'));
		age(3_600_000);
		await ticket();
		await ticket();
		expect(provider.items).toHaveLength(1);
	});
});

describe('an auth_code that somebody else knows', () => {
	it('gives another credential nothing of what became of it', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const { AuthCode } = provider.items[0];
		const owner = provider;
		provider = await startProvider(simulator());
		try {
			await provider.listen({ suiteOptions: { includePermanentCode: true } });
			await ticket();
			const known = { InfoType: 'create_auth', AuthCode };
			await simulator().control.pushSuite(provider.suite.suiteId, known as never);
			await until(() => provider.items.length === 1);
			expect(provider.items[0]).toMatchObject({ wecom: { exchange: 'failed' } });
			expect(provider.companies()).toEqual({});
		} finally {
			await owner.stop();
		}
	});

	it.each(['of a company that is stored', 'of long ago'])(
		'%s starts nothing when it is sent again',
		async (when) => {
			await begin();
			await ticket();
			await provider.authorize(first.corpid);
			await until(() => provider.items.length === 1);
			const { authorizedAt } = provider.companies()[first.corpid] as { authorizedAt?: number };
			const at = when === 'of long ago' ? Date.now() - 11 * 60_000 : Number(authorizedAt);
			logged.length = 0;
			await simulator().control.pushSuite(provider.suite.suiteId, {
				InfoType: 'create_auth',
				AuthCode: 'used-before-the-restart',
				TimeStamp: String(Math.floor(at / 1_000)),
			} as never);
			await until(() => JSON.stringify(logged).includes('whose auth_code was used before'));
			await until(() => provider.stored().pendingAuthCodes === '');
			expect(provider.items).toHaveLength(1);
		},
	);
});

it('a company that another process has overwritten for a moment is looked for again', async () => {
	await begin();
	await ticket();
	await provider.authorize(first.corpid);
	await until(() => provider.items.length === 1);
	const { companies } = provider.store.s1;
	provider.store.s1.companies = '';
	setTimeout(() => (provider.store.s1.companies = companies), 600);
	const [sent] = await provider.itemsOf({
		resource: 'message',
		operation: 'send',
		company: first.corpid,
		parameters: { touser: ['zhangsan'], msgtype: 'text', content: 'hello' },
	});
	expect(sent).toHaveProperty('msgid');
});

it('a message to a company that is not stored says so, and asks WeCom for nothing', async () => {
	await begin();
	await ticket();
	const { waits } = companyTimings;
	companyTimings.waits = [10];
	try {
		const { error } = await provider.run({
			resource: 'message',
			operation: 'send',
			company: first.corpid,
			parameters: { touser: ['zhangsan'], msgtype: 'text', content: 'hello' },
		});
		expect(error).toMatchObject({
			message: `The company ${first.corpid} is not stored in the credential`,
			description: expect.stringContaining('Suite > Import Company'),
		});
	} finally {
		companyTimings.waits = waits;
	}
	expect(simulator().requests).toEqual([]);
});

describe('a ticket', () => {
	it('is stored whatever the filters fail to say', async () => {
		await begin();
		await provider.stop();
		await provider.listen({ filters: { changeTypes: '={{ $("Nope").item.json.x }}' } });
		await ticket();
		expect(provider.stored().suiteTicket).toBeTruthy();
	});

	it('of the suite of an individual developer names no receiver', async () => {
		await begin();
		const { url } = simulator().control.suiteTarget(DEMO_SUITE.suiteId);
		const { token, encodingAesKey } = DEMO_SUITE.callback;
		const target = { url, token, encodingAesKey, receiveid: '' };
		await simulator().control.push(target, {
			SuiteId: DEMO_SUITE.suiteId,
			InfoType: 'suite_ticket',
			TimeStamp: Math.floor(Date.now() / 1000),
			SuiteTicket: 'of-one-person',
		});
		expect(provider.stored().suiteTicket).toBe('of-one-person');
	});
});
