/** The recipes of docs/recipes.md in a real n8n: each is imported as a person imports it, published and played. */
import { createServer, type Server } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import type { IDataObject } from 'n8n-workflow';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { MODEL_KEY } from '../../simulator/chat-model.cts';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import { botCredentialData } from '../support/credentials.cts';
import type { Execution } from '../support/execution.cts';
import { http } from '../support/http.cts';
import type { RunningN8n } from '../support/n8n.cts';
import { N8nRest, type WorkflowInput } from '../support/n8n-rest.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import { repoRoot } from '../support/paths.cts';
import { hasPostgres, startDatabase } from '../support/queue-servers.cts';
import { until } from '../support/wait.cts';
import { begin, visit } from './login-support.cts';
import {
	credentialData,
	itemsOf,
	saveInWecom,
	START_TIMEOUT,
	type Surroundings,
	target,
} from './support.cts';

const FOLDER = join(repoRoot, 'demo/workflows');
/** For what a busy machine does in its own time. */
const SLOW = { within: 30_000, every: 100 };
const JWT_KEY = 'a secret that the internal tool knows, too';
const PUSH_KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aab';
const HEADER = { 'x-alert-token': 'a long random value' };
const CUSTOMER = 'woAJ2GCAAAXtWyujaWJHDDGi0mAAAA';

let sim: Simulator;
let n8n: RunningN8n;
let rest: N8nRest;
let crm: Server;
/** The workflow whose trigger gets the clicks on the cards of all recipes. */
let alerts: string;
const contacts: IDataObject[] = [];
const stops: Array<() => unknown> = [];

beforeAll(async () => {
	sim = await startSimulator({ seed: PROVIDER_SEED });
	stops.push(async () => await sim.stop());
	crm = createServer((request, response) => {
		let text = '';
		request.on('data', (chunk) => (text += chunk));
		request.on('end', () => {
			contacts.push({ authorization: request.headers.authorization, ...JSON.parse(text) });
			response.setHeader('content-type', 'application/json').end('{"status":"COMPLETE"}');
		});
	});
	await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
	stops.push(() => crm.close());
	n8n = await borrowN8n();
	stops.push(async () => await n8n.stop());
	rest = await N8nRest.connect(n8n);
	sim.control.issueToken('webhook-key', { token: PUSH_KEY });
	sim.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
	await createCredentials();
	alerts = await recipe('alert-routing', { path: 'wecom-alert-clicks' });
	await rest.waitForWebhook('POST', 'wecom-alerts');
	const callback = { ...DEMO_APP.callback, url: `${n8n.url}/webhook/wecom-alert-clicks` };
	await saveInWecom(async () => await sim.control.saveCallback(DEMO_APP.agentid, callback));
}, START_TIMEOUT);
afterAll(async () => {
	for (const stop of stops.reverse()) await stop();
}, START_TIMEOUT);

/** By the names that the recipes use. */
async function createCredentials(): Promise<void> {
	const { suiteId, suiteSecret, callback } = DEMO_SUITE;
	const all: Array<[name: string, type: string, data: object]> = [
		['WeCom (demo)', 'wecomApi', credentialData(sim, { signLogins: true, loginJwtKey: JWT_KEY })],
		['WeCom group (demo)', 'wecomWebhookApi', { authKey: PUSH_KEY, baseUrl: sim.url }],
		['WeCom AI Bot (demo)', 'wecomBotApi', botCredentialData(sim)],
		['Chat model (demo)', 'openAiApi', { apiKey: MODEL_KEY, url: `${sim.url}/v1` }],
		['CRM (demo)', 'httpHeaderAuth', { name: 'Authorization', value: 'Bearer crm' }],
		[
			'Alert sources (demo)',
			'httpHeaderAuth',
			{ name: 'X-Alert-Token', value: HEADER['x-alert-token'] },
		],
		[
			'WeCom Suite (demo)',
			'wecomSuiteApi',
			{
				suiteId,
				suiteSecret,
				token: callback.token,
				encodingAesKey: callback.encodingAesKey,
				baseUrl: sim.url,
			},
		],
	];
	for (const [name, type, data] of all) await rest.createCredential(name, type, data);
}

/** Imports a recipe, with some of its words replaced as its note says, and publishes it. */
async function recipe(
	name: string,
	{ path, replace = {} }: { path?: string; replace?: Record<string, string> } = {},
): Promise<string> {
	let text = readFileSync(join(FOLDER, `${name}.json`), 'utf8');
	for (const [from, to] of Object.entries(replace)) text = text.replaceAll(from, to);
	const { id } = await rest.createWorkflow(JSON.parse(text) as WorkflowInput);
	await rest.activate(id);
	if (path) await rest.waitForWebhook('POST', path);
	return id;
}

const at = (path: string) => target({ n8n, rest, sim } as Surroundings, path);
const EVENT = {
	ToUserName: DEMO_CORP.corpid,
	FromUserName: 'sys',
	CreateTime: '1789000000',
	MsgType: 'event',
};
const bodies = (path: string) =>
	sim.requests
		.filter((request) => request.path === `/cgi-bin/${path}` && request.errcode === 0)
		.map(({ body }) => body as Record<string, any>);
const messages = () => sim.state.messages.map(({ body }) => body as Record<string, any>);

/** What an execution failed with; empty when it has succeeded. */
const problemOf = ({ status, lastNodeExecuted, error, runData }: Execution) =>
	status === 'success'
		? ''
		: `${lastNodeExecuted}: ${(error ?? runData[lastNodeExecuted ?? '']?.at(-1)?.error)?.message ?? status}`;

/** The ended executions of a workflow, which all must have succeeded. */
async function succeeded(id: string, count = 1) {
	const all = await rest.waitForExecutions(id, count);
	expect(all.map(problemOf)).toEqual(all.map(() => ''));
	return all;
}

async function addCustomer(path: string, State: string): Promise<void> {
	const pushed = await sim.push(at(path), {
		...EVENT,
		Event: 'change_external_contact',
		ChangeType: 'add_external_contact',
		UserID: 'zhangsan',
		ExternalUserID: CUSTOMER,
		State,
		WelcomeCode: 'WELCOMECODE',
	});
	expect(pushed.ok).toBe(true);
}

it('every recipe has a note in both languages', () => {
	for (const file of readdirSync(FOLDER)) {
		const { nodes } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as WorkflowInput;
		const [english, chinese] = String((nodes[0].parameters as IDataObject).content).split(
			'\n---\n',
		);
		expect([file, /^## [A-Z]/.test(english), /^\s*## .*[\u4e00-\u9fff]/.test(chinese)]).toEqual([
			file,
			true,
			true,
		]);
	}
});

(hasPostgres || process.env.CI === 'true' ? it : it.skip)(
	'crm-postgres: customers become rows of PostgreSQL',
	async () => {
		const database = await startDatabase();
		stops.push(database.stop);
		await rest.createCredential('PostgreSQL (demo)', 'postgres', {
			host: '127.0.0.1',
			port: database.port,
			database: 'n8n',
			user: 'n8n',
			password: '',
			ssl: 'disable',
		});
		const id = await recipe('crm-postgres', { path: 'wecom-crm-postgres' });
		expect((await rest.execute(id, 'Once: Run Me First')).status).toBe('success');
		await addCustomer('wecom-crm-postgres', 'fair2026');
		const [, execution] = await succeeded(id, 2);
		expect(itemsOf(execution, 'Insert or Update')).toEqual([
			expect.objectContaining({
				name: '李四',
				company: '腾讯',
				owner: 'zhangsan',
				channel: 'fair2026',
			}),
		]);
	},
);

it('crm-data-table: customers become rows of a data table, each once', async () => {
	const id = await recipe('crm-data-table', { path: 'wecom-crm-table' });
	expect((await rest.execute(id, 'Once: Run Me First')).status).toBe('success');
	await addCustomer('wecom-crm-table', 'fair2026');
	await succeeded(id, 2);
	await addCustomer('wecom-crm-table', 'shop');
	const [, first, second] = await succeeded(id, 3);
	const row = (execution: typeof first) => itemsOf(execution, 'Insert or Update')[0];
	expect(row(first)).toMatchObject({ name: '李四', owner: 'zhangsan', channel: 'fair2026' });
	expect(row(second)).toMatchObject({ id: row(first).id, channel: 'shop' });
});

it('contact-sync: customers are written into a CRM', async () => {
	const { port } = crm.address() as AddressInfo;
	const id = await recipe('contact-sync', {
		replace: { 'https://api.hubapi.com': `http://127.0.0.1:${port}` },
	});
	const execution = await rest.execute(id, 'Every Night');
	expect(problemOf(execution)).toBe('');
	expect(contacts[0]).toMatchObject({
		authorization: 'Bearer crm',
		inputs: expect.arrayContaining([
			expect.objectContaining({
				idProperty: 'wecom_external_userid',
				properties: expect.objectContaining({ lastname: '李', firstname: '四' }),
			}),
		]),
	});
});

describe('alert-routing', () => {
	const alertmanager = {
		status: 'firing',
		externalURL: 'http://alerts.example',
		alerts: [
			{
				status: 'firing',
				fingerprint: 'a1b2c3',
				labels: { alertname: 'DiskFull', severity: 'critical', instance: 'db1:9100' },
				annotations: { summary: 'Disk of db1 is at 97 %' },
			},
		],
	};
	const grafana = {
		orgId: 1,
		status: 'resolved',
		alerts: [
			{ status: 'resolved', labels: { alertname: 'Latency' }, annotations: {}, fingerprint: 'g1' },
		],
	};
	const zabbix = {
		event_id: '4711',
		event_value: '1',
		subject: 'Host is down',
		message: 'web1 does not answer',
		host: 'web1',
		severity: 'High',
	};
	const alert = async (body: object, headers: Record<string, string> = HEADER) =>
		await http(`${n8n.url}/webhook/wecom-alerts`, { method: 'POST', headers, body });
	const cards = () => messages().filter(({ msgtype }) => msgtype === 'template_card');

	it('turns strangers away', async () => {
		expect((await alert(alertmanager, {})).status).toBe(403);
	});

	it('sends the payloads of Alertmanager, Grafana and Zabbix to those on duty', async () => {
		for (const body of [alertmanager, grafana, zabbix])
			expect((await alert(body)).status).toBe(200);
		await succeeded(alerts, 3);
		expect(cards().map(({ touser, template_card }) => [touser, template_card.main_title])).toEqual([
			['zhangsan|lisi', { title: '🔴 DiskFull', desc: 'Alertmanager' }],
			['zhangsan|lisi', { title: '🔴 Host is down', desc: 'Zabbix' }],
		]);
		expect(messages().find(({ text }) => text?.content.includes('Latency'))).toMatchObject({
			touser: 'zhangsan',
		});
	});

	it('shows on the cards of all who has acknowledged', async () => {
		const taskId = cards()[0].template_card.task_id;
		await sim.control.pressCard({ taskId, userid: 'lisi', button: 'Acknowledge' });
		await until(
			'the card of the other is changed',
			() => sim.control.cardSeenBy(taskId, 'zhangsan').replaced?.includes('李四'),
			SLOW,
		);
	});
});

it('leave-to-calendar: an approved leave becomes a schedule', async () => {
	const id = await recipe('leave-to-calendar', { path: 'wecom-leaves' });
	const info = {
		sp_no: '202611300001',
		applyer: { userid: 'chenjing' },
		apply_data: {
			contents: [
				{
					control: 'Vacation',
					value: {
						vacation: {
							selector: {
								type: 'single',
								options: [{ key: '1', value: [{ text: '年假', lang: 'zh_CN' }] }],
							},
							attendance: {
								type: 1,
								date_range: { type: 'hour', new_begin: 1796000400, new_end: 1796029200 },
							},
						},
					},
				},
			],
		},
	};
	const path = '/cgi-bin/oa/getapprovaldetail';
	sim.control.inject({
		path,
		times: 1,
		rawBody: JSON.stringify({ errcode: 0, errmsg: 'ok', info }),
	});
	await sim.push(at('wecom-leaves'), {
		...EVENT,
		Event: 'sys_approval_change',
		ApprovalInfo: { SpNo: '202611300001', SpStatus: '2', SpName: '请假' },
	});
	await succeeded(id);
	expect(bodies('oa/schedule/add')[0].schedule).toMatchObject({
		summary: '年假: chenjing',
		start_time: 1796000400,
		end_time: 1796029200,
		attendees: [{ userid: 'chenjing' }, { userid: 'zhangsan' }],
	});
});

it('service-handover: the bot answers, and hands over to a colleague who is asked for', async () => {
	sim.control.setScript([{ say: 'We are open from 9 to 18.' }]);
	const id = await recipe('service-handover', { path: 'wecom-service-bot' });
	const session = { errcode: 0, errmsg: 'ok', service_state: 1 };
	const path = '/cgi-bin/kf/service_state/get';
	const write = async (content: string) => {
		sim.control.inject({ path, times: 1, rawBody: JSON.stringify(session) });
		const message = {
			origin: 3,
			msgtype: 'text',
			text: { content },
			external_userid: 'wmCustomer',
		};
		const pushed = await sim.control.kfMessage(
			at('wecom-service-bot'),
			DEMO_KF_ACCOUNTS[0].open_kfid,
			[message] as never,
		);
		expect(pushed.ok).toBe(true);
	};
	await write('When are you open?');
	await succeeded(id, 1);
	expect(bodies('kf/send_msg').at(-1)).toMatchObject({
		touser: 'wmCustomer',
		text: { content: 'We are open from 9 to 18.' },
	});
	await write('转人工');
	await succeeded(id, 2);
	expect(bodies('kf/service_state/trans')).toEqual([
		expect.objectContaining({ service_state: 3, servicer_userid: 'zhangsan' }),
	]);
	expect(messages().at(-1)).toMatchObject({
		touser: 'zhangsan',
		text: { content: expect.stringContaining('转人工') },
	});
	await write('Hello?'); // by now a person has the session
	session.service_state = 3;
	await write('Are you there?');
	await succeeded(id, 4);
	expect(bodies('kf/send_msg')).toHaveLength(2);
});

it('welcome-by-channel: words and tag follow the channel', async () => {
	const id = await recipe('welcome-by-channel', { path: 'wecom-channels' });
	await addCustomer('wecom-channels', 'fair2026');
	await succeeded(id, 1);
	await addCustomer('wecom-channels', 'unknown');
	await succeeded(id, 2);
	const words = bodies('externalcontact/send_welcome_msg').map(({ text }) => text.content);
	expect(words).toEqual([expect.stringContaining('展会'), '您好，很高兴认识您！']);
	expect(bodies('externalcontact/mark_tag').map(({ add_tag }) => add_tag)).toEqual([
		['etDemoFair'],
		['etDemoOther'],
	]);
});

it('report-chart: the group gets figures and a picture', async () => {
	const id = await recipe('report-chart');
	const execution = await rest.execute(id, 'Every Evening');
	expect(problemOf(execution)).toBe('');
	const [figures, chart] = sim.state.pushed.map(({ body }) => body as Record<string, any>);
	expect(figures.markdown.content).toContain('> 09-10: 5');
	const png = Buffer.from(chart.image.base64, 'base64');
	expect([png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
		'PNG',
		600,
		260,
	]);
});

it('birthday: only those whose birthday it is', async () => {
	const now = Date.now();
	// "today" is the workflow's, not this machine's. The Swedish form of a date is 1990-05-23.
	const day = (time: number) =>
		new Date(time).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(5);
	const text = (value: string) => [{ type: 'text', text: value }];
	const row = (userid: string, name: string, birthday: string) => ({
		record_id: userid,
		values: { 'User ID': text(userid), Name: text(name), Birthday: text(birthday) },
	});
	sim.control.setList(
		'/cgi-bin/wedoc/smartsheet/get_fields',
		['User ID', 'Name', 'Birthday'].map((field_title, index) => ({
			field_id: `f${index}`,
			field_title,
			field_type: 'FIELD_TYPE_TEXT',
		})),
	);
	sim.control.setList('/cgi-bin/wedoc/smartsheet/get_records', [
		row('chenjing', '陈静', `1990-${day(now)}`),
		row('lisi', '李四', `1990-${day(now + 2 * 86_400_000)}`),
	]);
	const before = messages().length;
	const id = await recipe('birthday');
	const execution = await rest.execute(id, 'Every Morning');
	expect(problemOf(execution)).toBe('');
	expect(messages().slice(before)).toEqual([
		expect.objectContaining({
			touser: 'chenjing',
			textcard: expect.objectContaining({ description: expect.stringContaining('陈静') }),
		}),
	]);
});

it('file-intake: a picture goes into the drive, and the member reads its name', async () => {
	const id = await recipe('file-intake', { path: 'wecom-files' });
	const mediaId = sim.control.addMedia({
		filename: 'note.jpg',
		type: 'image',
		contentType: 'image/jpeg',
		size: 2000,
	});
	await sim.push(at('wecom-files'), {
		ToUserName: DEMO_CORP.corpid,
		FromUserName: 'lisi',
		CreateTime: '1789000000',
		MsgType: 'image',
		PicUrl: 'https://example.com/a.jpg',
		MediaId: String(mediaId),
		MsgId: '7512345678901234999',
		AgentID: '1000002',
	});
	await succeeded(id);
	expect(messages().at(-1)).toMatchObject({
		touser: 'lisi',
		text: { content: expect.stringMatching(/已保存为：.* lisi\.jpe?g$/) },
	});
});

it('internal-tool-login: the department gets a token, others a page', async () => {
	await recipe('internal-tool-login');
	await rest.waitForWebhook('GET', 'wecom-tool-login');
	const url = `${n8n.url}/webhook/wecom-tool-login`;
	const logIn = async (userid: string) => {
		const { back, cookies } = await begin(
			`${url}?return_to=https%3A%2F%2Ftool.example.com%2Forders`,
			userid,
		);
		return await visit(back, cookies);
	};
	const [member, stranger] = [true, false].map(
		(within) =>
			[...sim.state.members.values()].find(({ department }) => department.includes(3) === within)!,
	);
	const inside = await logIn(member.userid);
	const location = new URL(inside.headers.location!);
	expect(location.host).toBe('tool.example.com');
	const { payload } = await jwtVerify(
		location.searchParams.get('token')!,
		new TextEncoder().encode(JWT_KEY),
	);
	expect(payload.sub).toBe(member.userid);
	const outside = await logIn(stranger.userid);
	expect([outside.status, outside.text.includes('No access')]).toEqual([403, true]);
});

it('provider-onboarding: a company that authorizes is welcomed, and the team told', async () => {
	const before = sim.state.pushed.length;
	const id = await recipe('provider-onboarding', { path: 'wecom-provider' });
	const url = `${n8n.url}/webhook/wecom-provider`;
	const { suiteId } = DEMO_SUITE;
	await saveInWecom(
		async () => await sim.control.saveSuiteCallback(suiteId, { url, dataUrl: url }),
	);
	expect(await sim.control.pushTicket(DEMO_SUITE.suiteId)).toMatchObject({ ok: true });
	const [company] = sim.control.addCompanies(1);
	await sim.control.authorize(DEMO_SUITE.suiteId, company.corpid);
	await succeeded(id);
	expect(JSON.stringify(sim.state.pushed.slice(before))).toContain(company.corpid);
});

it('expense-approval: from the form over one tap to a row', async () => {
	const id = await recipe('expense-approval');
	sim.control.setList(
		'/cgi-bin/wedoc/smartsheet/get_fields',
		['What', 'Amount', 'Approved By'].map((field_title, index) => ({
			field_id: `f${index}`,
			field_title,
			field_type: index === 1 ? 'FIELD_TYPE_CURRENCY' : 'FIELD_TYPE_TEXT',
		})),
	);
	const form = new FormData();
	form.set('field-0', 'Train to Shanghai');
	form.set('field-1', '553');
	const url = `${n8n.url}/form/5c4e0f77-7f5d-4c3e-9a11-5d7c2b9e0b12`;
	const send = async () => (await fetch(url, { method: 'POST', body: form })).status === 200;
	await until('the form is open', send, SLOW);
	const card = await until(
		'the card',
		() =>
			messages().find(
				({ template_card }) => template_card?.main_title?.title === 'Expense to approve',
			),
		SLOW,
	);
	await until(
		'the execution waits',
		async () => (await rest.listExecutions({ workflowId: id }))[0]?.status === 'waiting',
		SLOW,
	);
	await sim.control.pressCard({
		taskId: card!.template_card.task_id,
		userid: 'lisi',
		button: 'Approve',
	});
	await until(
		'the execution has succeeded',
		async () => (await rest.listExecutions({ workflowId: id }))[0]?.status === 'success',
		SLOW,
	);
	expect(JSON.stringify(bodies('wedoc/smartsheet/add_records').at(-1))).toContain(
		'Train to Shanghai',
	);
});

it('agent-asks-first: nothing goes out before the supervisor has approved', async () => {
	const toolParameters = { content: 'Holiday tomorrow' };
	const calls = [{ name: 'Tell_Everybody', arguments: { toolParameters, hitlParameters: {} } }];
	sim.control.setScript([{ calls, say: 'Everybody knows.' }]);
	const id = await recipe('agent-asks-first');
	await sim.bots.waitForConnection(DEMO_BOT.botId);
	await sim.bots.say(DEMO_BOT.botId, {
		from: 'zhangsan',
		text: 'Tell everybody about the holiday',
	});
	const before = messages().length;
	const toAll = () =>
		messages()
			.slice(before)
			.filter(({ touser }) => touser === '@all');
	const card = await until(
		'the card',
		() =>
			messages().find(
				({ template_card }) => template_card?.main_title?.title === 'May the agent do this?',
			),
		SLOW,
	);
	await until(
		'the execution waits',
		async () => (await rest.listExecutions({ workflowId: id }))[0]?.status === 'waiting',
		SLOW,
	);
	expect(toAll()).toEqual([]);
	await sim.control.pressCard({
		taskId: card!.template_card.task_id,
		userid: 'lisi',
		button: 'Approve',
	});
	await until('everybody is told', () => toAll().length === 1, SLOW);
});
