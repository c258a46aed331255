/** What people do with the action node every day, in a real n8n: example workflows, pickers, column mapper, output schemas. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { executeStep, openNode, openWorkflow, parameter } from '../support/editor.cts';
import type { WorkflowInput } from '../support/n8n-rest.cts';
import { repoRoot } from '../support/paths.cts';
import { chain, credentialData, manual, target, useN8n, uses, WECOM } from './support.cts';

const surroundings = useN8n();
const FIELDS = '/cgi-bin/wedoc/smartsheet/get_fields';
const COLUMNS = [
	['f1', 'Number', 'TEXT'],
	['f2', 'Form', 'TEXT'],
	['f3', 'Applicant', 'USER'],
	['f4', 'Department', 'TEXT'],
	['f5', 'Submitted', 'DATE_TIME'],
	['f6', 'Amount', 'CURRENCY'],
].map(([field_id, field_title, type]) => ({
	field_id,
	field_title,
	field_type: `FIELD_TYPE_${type}`,
}));
const EVENT = { FromUserName: 'sys', CreateTime: '1700000000', MsgType: 'event' };
const bodies = (path: string) =>
	surroundings()
		.sim.requests.filter((request) => request.path === path && request.errcode === 0)
		.map(({ body }) => body as IDataObject);

describe('example workflows', () => {
	/** Imported unchanged, as a person does it, and published. */
	async function example(file: string): Promise<string> {
		const { rest } = surroundings();
		const text = readFileSync(join(repoRoot, 'demo/workflows', file), 'utf8');
		const { id } = await rest.createWorkflow(JSON.parse(text) as WorkflowInput);
		await rest.activate(id);
		return id;
	}

	beforeAll(async () => {
		const { rest, sim } = surroundings();
		await rest.createCredential('WeCom (demo)', 'wecomApi', credentialData(sim));
	});

	it('approval -> smart sheet: an approved one becomes a row, a pending one does not', async () => {
		const { rest, sim } = surroundings();
		sim.control.setList(FIELDS, COLUMNS);
		const id = await example('approval-to-sheet.json');
		await rest.waitForWebhook('POST', 'wecom-approvals');
		const push = async (SpStatus: string) =>
			await sim.push(target(surroundings(), 'wecom-approvals'), {
				...EVENT,
				Event: 'sys_approval_change',
				ApprovalInfo: { SpNo: '201909270002', SpNoStr: '201909270002', SpStatus, SpName: '报销' },
			});
		expect((await push('1')).ok).toBe(true);
		expect((await push('2')).ok).toBe(true);
		const done = await rest.waitForExecutions(id, 2);
		expect(done.map(({ status }) => status)).toEqual(['success', 'success']);
		const [{ records }] = bodies('/cgi-bin/wedoc/smartsheet/add_records');
		const { values } = (records as IDataObject[])[0];
		expect(values).toEqual({
			f1: [{ type: 'text', text: '201909270002' }],
			f2: [{ type: 'text', text: '全字段' }],
			f3: [{ user_id: 'WuJunJie' }],
			f4: [{ type: 'text', text: '2' }],
			f5: '1569584428000',
		});
	});

	it('onboarding: a new member gets the tag and the welcome', async () => {
		const { rest, sim } = surroundings();
		const id = await example('onboarding.json');
		await rest.waitForWebhook('POST', 'wecom-onboarding');
		const pushed = await sim.push(target(surroundings(), 'wecom-onboarding'), {
			...EVENT,
			Event: 'change_contact',
			ChangeType: 'create_user',
			UserID: 'chenjing',
			Name: '陈静',
		});
		expect(pushed.ok).toBe(true);
		const [{ status }] = await rest.waitForExecutions(id, 1);
		expect(status).toBe('success');
		expect(bodies('/cgi-bin/tag/addtagusers').at(-1)).toEqual({ tagid: 1, userlist: ['chenjing'] });
		const { body } = sim.messages.at(-1)!;
		expect(body).toMatchObject({ touser: 'chenjing', msgtype: 'text' });
		expect(body.text.content).toContain('Welcome, 陈静!');
	});

	it('daily report: the attendance goes into the group', async () => {
		const { rest, sim } = surroundings();
		const token = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aab';
		sim.control.issueToken('webhook-key', { token });
		await rest.createCredential('WeCom group (demo)', 'wecomWebhookApi', {
			authKey: token,
			baseUrl: sim.url,
		});
		const id = await example('daily-report.json');
		const execution = await rest.execute(id, 'Every Evening');
		expect(execution.status).toBe('success');
		const { useridlist } = bodies('/cgi-bin/checkin/getcheckin_daydata')[0];
		expect(useridlist).toHaveLength(25);
		const [{ body }] = sim.state.pushed;
		expect(body).toMatchObject({ msgtype: 'markdown' });
		expect(JSON.stringify(body)).toContain('张三: 2 punches');
	});
});

it('n8n serves the output schemas', async () => {
	const { n8n } = surroundings();
	const get = async (file: string) => await fetch(`${n8n.url}/schemas/${WECOM}/1.0.0/${file}.json`);
	const schema = (await (await get('member/get')).json()) as { properties: object };
	expect(Object.keys(schema.properties)).toEqual(
		expect.arrayContaining(['userid', 'name', 'department']),
	);
	expect((await get('member/nothing')).status).toBe(404);
});

it.each(['Trigger', 'BotTrigger', 'LoginTrigger', 'ChatArchiveTrigger'])(
	'n8n serves the output schema of the %s',
	async (name) => {
		const { n8n } = surroundings();
		const reply = await fetch(`${n8n.url}/schemas/${WECOM}${name}/1.0.0.json`);
		const { properties } = (await reply.json()) as { properties: IDataObject };
		expect(properties.wecom).toMatchObject({ type: 'object' });
	},
);

browserOrSkip()('in the editor', () => {
	const workflowWith = async (name: string, parameters: object, other: object = {}) => {
		const { rest, credential } = surroundings();
		const node = { name, type: WECOM, parameters, credentials: uses(credential), ...other };
		const { id } = await rest.createWorkflow({
			name: `With ${name}`,
			nodes: [manual, node],
			connections: chain('Start', name),
		});
		return id;
	};

	it('the columns of the chosen sheet are a form', async () => {
		const { sim, n8n } = surroundings();
		sim.control.setList(FIELDS, COLUMNS);
		sim.control.setList('/cgi-bin/wedoc/smartsheet/get_sheet', [
			{ sheet_id: 's1', title: 'Orders' },
		]);
		const id = await workflowWith('WeCom', {
			resource: 'smartSheet',
			operation: 'appendRecord',
			docid: 'D1',
			sheet_id: { __rl: true, mode: 'list', value: 's1', cachedResultName: 'Orders' },
			columns: { mappingMode: 'defineBelow', value: { Number: '1', Amount: 2 }, schema: [] },
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'WeCom');
			await panel.getByText('Amount', { exact: true }).first().waitFor();
			await screenshot(page, 'smart-sheet');
			expect(
				await panel.locator('input[value="Orders"]').or(panel.getByText('Orders')).count(),
			).toBeGreaterThan(0);
		});
	});

	it('a document is pasted by its address, its sheet chosen, and a record written by a key column', async () => {
		const { sim, n8n } = surroundings();
		const SHEET = '/cgi-bin/wedoc/smartsheet';
		sim.control.setList(FIELDS, COLUMNS);
		sim.control.setList(`${SHEET}/get_sheet`, [{ sheet_id: 'q979lj', title: 'Orders' }]);
		sim.control.setList(`${SHEET}/get_records`, [
			{ record_id: 'r7', values: { Number: [{ type: 'text', text: '1001' }] } },
		]);
		const id = await workflowWith('WeCom', {
			resource: 'smartSheet',
			operation: 'appendOrUpdateRecord',
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'WeCom');
			const value = (column: string) => parameter(page, column).locator('input, textarea').first();
			await parameter(page, 'docid')
				.locator('input')
				.last()
				.fill('https://doc.weixin.qq.com/smartsheet/s3_AbCd?scode=x&tab=q979lj');
			await parameter(page, 'sheet_id').locator('input').last().click();
			await page.getByTestId('rlc-item').filter({ hasText: 'Orders' }).click();
			// All columns are there without a further click.
			await value('Number').waitFor();
			await value('Amount').waitFor();
			await panel.getByTestId('matching-column-select').click();
			await page.getByTestId('matching-column-option-Number').click();
			await panel.getByText('Number (using to match)').waitFor();
			await value('Number').fill('1001');
			await value('Amount').fill('12');
			await screenshot(page, 'smart-sheet-key');
			expect(await executeStep(page)).toContain('1 item');
		});
		const { body } = sim.requests.find(({ path }) => path === `${SHEET}/update_records`)!;
		expect(body).toMatchObject({
			docid: 's3_AbCd',
			sheet_id: 'q979lj',
			records: [
				{
					record_id: 'r7',
					values: { f1: [{ type: 'text', text: '1001' }], f6: 12 },
				},
			],
		});
	});

	it('the resources are found in the form', async () => {
		const { n8n } = surroundings();
		const id = await workflowWith('WeCom', { resource: 'meeting', operation: 'create' });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'WeCom');
			await panel.getByText('Organizer').first().waitFor();
			await screenshot(page, 'meeting');
			await panel.getByTestId('parameter-input-resource').click();
			await page.getByText('Smart Sheet', { exact: true }).first().waitFor();
			await screenshot(page, 'resources');
		});
	});
});
