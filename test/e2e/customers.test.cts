/** Customers and customer service in a real n8n: the example workflows, and the forms in the editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_CORP } from '../../simulator/demo-data.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { closeNode, openNode, openWorkflow, parameter } from '../support/editor.cts';
import type { WorkflowInput, WorkflowNode } from '../support/n8n-rest.cts';
import { chain, itemsOf, manual, target, useN8n, uses, WECOM } from './support.cts';

const surroundings = useN8n();
const example = (name: string): WorkflowInput => {
	const text = readFileSync(join(__dirname, '../../demo/workflows', `${name}.json`), 'utf8');
	const workflow = JSON.parse(text) as WorkflowInput;
	const nodes = workflow.nodes.map((node) =>
		node.credentials ? { ...node, credentials: uses(surroundings().credential) } : node,
	);
	return { ...workflow, nodes };
};
const sentTo = (path: string) =>
	surroundings()
		.sim.requests.filter((request) => request.path === `/cgi-bin/${path}`)
		.map(({ body }) => body);

it('a new customer is welcomed, recorded and tagged', async () => {
	const { rest, sim } = surroundings();
	const workflow = await rest.createWorkflow(example('crm-new-customers'));
	await rest.activate(workflow.id);
	await rest.waitForWebhook('POST', 'wecom-customers');
	await sim.push(target(surroundings(), 'wecom-customers'), {
		ToUserName: DEMO_CORP.corpid,
		FromUserName: 'sys',
		CreateTime: 1403610513,
		MsgType: 'event',
		Event: 'change_external_contact',
		ChangeType: 'add_external_contact',
		UserID: 'zhangsan',
		ExternalUserID: 'woAJ2GCAAAXtWyujaWJHDDGi0mAAAA',
		State: 'teststate',
		WelcomeCode: 'WELCOMECODE',
	});
	const [execution] = await rest.waitForExecutions(workflow.id, 1);
	expect(execution.status).toBe('success');
	expect(sentTo('externalcontact/send_welcome_msg')).toEqual([
		{
			welcome_code: 'WELCOMECODE',
			text: { content: expect.stringContaining('Welcome!') },
		},
	]);
	expect(itemsOf(execution, 'Make the Record')).toEqual([
		{
			id: expect.any(String),
			name: '李四',
			company: '腾讯',
			owner: 'zhangsan',
			channel: 'teststate',
		},
	]);
	expect(sentTo('externalcontact/mark_tag')).toEqual([
		expect.objectContaining({ userid: 'zhangsan', add_tag: ['etDemoRecordedInCrm'] }),
	]);
});

it('the support inbox answers messages and greets who opens the chat', async () => {
	const { rest } = surroundings();
	const { nodes, connections, ...rest_ } = example('support-inbox');
	// What the trigger puts out, without its callback.
	const messages: WorkflowNode = {
		name: 'Customer Service',
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: {
			jsCode: `return [
				{ json: { wecom: { from: 'customer' }, msgtype: 'text', open_kfid: 'wk1', external_userid: 'wm1', text: { content: 'Hello?' } } },
				{ json: { wecom: { from: 'servicer' }, msgtype: 'text', open_kfid: 'wk1', external_userid: 'wm1', text: { content: 'Hi' } } },
				{ json: { wecom: { from: 'system' }, msgtype: 'event', event: { event_type: 'enter_session', welcome_code: 'CODE' } } },
			];`,
		},
	};
	const workflow = await rest.createWorkflow({
		...rest_,
		nodes: [manual, messages, ...nodes.filter(({ name }) => name !== messages.name)],
		connections: { ...connections, ...chain(manual.name, messages.name) },
	});
	const execution = await rest.execute(workflow.id, manual.name);
	expect(execution.status).toBe('success');
	expect(sentTo('kf/send_msg')).toEqual([
		{
			touser: 'wm1',
			open_kfid: 'wk1',
			msgtype: 'text',
			text: { content: expect.stringContaining('You asked: Hello?') },
		},
	]);
	expect(sentTo('kf/send_msg_on_event')).toEqual([
		{
			code: 'CODE',
			msgtype: 'msgmenu',
			msgmenu: {
				head_content: 'Hello! How may we help?',
				list: [
					{ type: 'click', click: { id: 'order', content: 'Where is my order?' } },
					{ type: 'click', click: { id: 'human', content: 'I want to talk to someone' } },
					{ type: 'view', view: { url: 'https://example.com/shop', content: 'Our shop' } },
				],
			},
		},
	]);
});

browserOrSkip()('in the editor', () => {
	it('the forms show what their choices need', async () => {
		const { n8n, rest, credential } = surroundings();
		const node = (name: string, parameters: object): WorkflowNode => ({
			name,
			type: WECOM,
			parameters,
			credentials: uses(credential),
		});
		const nodes = [
			manual,
			node('Bulk', {
				resource: 'customerMessage',
				operation: 'createBulkMessage',
				content: 'Hello',
				attachments: {
					row: [
						{ msgtype: 'image' },
						{ msgtype: 'link', title: 'T', url: 'https://a.example' },
						{ msgtype: 'miniprogram', mediaFrom: 'mediaId' },
					],
				},
				to: 'tags',
				group_list: { row: [{ tag_list: ['TAG_ID1'] }] },
			}),
			node('Service', {
				resource: 'customerService',
				operation: 'sendMessage',
				msgtype: 'msgmenu',
				menu: { row: [{ type: 'click' }, { type: 'view' }] },
			}),
			node('Tag', {
				resource: 'customer',
				operation: 'tag',
				userid: { __rl: true, mode: 'id', value: 'zhangsan' },
			}),
		];
		const { id } = await rest.createWorkflow({
			name: 'Customers',
			nodes,
			connections: chain(...nodes.map(({ name }) => name)),
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const bulk = await openNode(page, 'Bulk');
			await bulk.getByText('Attachments').first().waitFor();
			await screenshot(page, 'customers-bulk');
			// An image from binary data, a link, and a mini program by media ID.
			expect(await bulk.getByText('Input Data Field Name').count()).toBe(1);
			expect(await bulk.getByText('Picture URL').count()).toBe(1);
			expect(await bulk.getByText('Media ID', { exact: true }).count()).toBeGreaterThan(0);
			await bulk.getByText('Customer Group IDs').waitFor({ state: 'hidden' });
			await bulk.getByText('GOURP_NAME / NAME1').first().scrollIntoViewIfNeeded();
			await screenshot(page, 'customers-bulk-tags');
			await closeNode(page);

			const service = await openNode(page, 'Service');
			await service.getByText('Text Above').waitFor();
			await screenshot(page, 'customers-service');
			expect(await service.getByText('Latitude').count()).toBe(0);
			await closeNode(page);

			await openNode(page, 'Tag');
			await parameter(page, 'external_userid').getByTestId('rlc-input').click();
			await page.getByText('李部长 / 李四 @ 腾讯').first().waitFor();
			await screenshot(page, 'customers-tag');
			await page.getByText('李部长 / 李四 @ 腾讯').first().click();
		});
		expect(sentTo('externalcontact/batch/get_by_user')).toContainEqual(
			expect.objectContaining({ userid_list: ['zhangsan'] }),
		);
	});
});
