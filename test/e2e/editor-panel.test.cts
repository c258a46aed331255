/** What n8n's node panel offers, and what a node has after picking it there. */
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import codex from '../../nodes/Wecom/Wecom.node.json';
import { DEMO_SUITE } from '../../simulator/suite/data.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import {
	closeNode,
	executeStep,
	fillCredentialField,
	openNode,
	openWorkflow,
	parameter,
	visit,
} from '../support/editor.cts';
import { credentialData, target, TRIGGER, useN8n, uses, WECOM } from './support.cts';

/** Opens the node panel on an empty workflow and looks for `words`. */
async function searchNodes(page: Page, words: string): Promise<Locator> {
	await visit(page, '/workflow/new');
	await page.getByTestId('canvas-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill(words);
	const found = page.getByTestId('item-iterator-item').filter({ hasText: 'WeCom' });
	await found.first().waitFor();
	return found;
}

/** Does what lets the editor read the options of a list, and waits until they are there. */
async function optionsAfter(page: Page, act: () => Promise<unknown>): Promise<void> {
	const loaded = page.waitForResponse(/dynamic-node-parameters\/options/);
	await act();
	await loaded;
	await page.waitForTimeout(300);
}

/** Picks a trigger or an action of WeCom; its form opens. */
async function pick(page: Page, action: string): Promise<void> {
	await (await searchNodes(page, 'wecom')).first().click();
	const panel = page.getByTestId('node-creator');
	const item = panel.getByText(action, { exact: true });
	await panel.getByText('Triggers (').waitFor();
	if (!(await item.isVisible())) await panel.getByText('Actions (').click();
	await item.click();
	await page.getByTestId('node-parameters').waitFor();
}

// A loaded machine takes half a minute to open the editor.
jest.setTimeout(240_000);

browserOrSkip()('the node panel', () => {
	const surroundings = useN8n();

	// The first one: a list that could be read is kept for some seconds.
	it('lists that cannot be shown say why and what to do', async () => {
		const { n8n, rest, sim, credential } = surroundings();
		const node = (name: string, parameters: object) => ({
			name,
			type: WECOM,
			parameters,
			credentials: uses(credential),
		});
		const { id } = await rest.createWorkflow({
			name: 'Lists',
			nodes: [node('Send', {}), node('Get', { resource: 'member', operation: 'get' })],
		});
		sim.control.refuseIp(true, { ip: '203.0.113.7' });
		try {
			await withEditor(n8n, async (page) => {
				await openWorkflow(page, id);
				await optionsAfter(page, async () => await openNode(page, 'Send'));
				await parameter(page, 'touser').click();
				const option = page.getByRole('option').filter({ hasText: '203.0.113.7' }).first();
				await option.getByText("Company's Trusted IP").waitFor();
				await openWorkflow(page, id);
				await openNode(page, 'Get');
				await parameter(page, 'userid').locator('input').last().click();
				await page.getByText("Company's Trusted IP").first().waitFor();
				await screenshot(page, 'list-with-reason');
			});
		} finally {
			sim.control.refuseIp(false);
		}
	});

	it('has one entry WeCom, with triggers and actions, what people need daily first', async () => {
		await withEditor(surroundings().n8n, async (page) => {
			const found = await searchNodes(page, 'wecom');
			const titles = (await found.allInnerTexts()).map((text) => text.split('\n')[0]);
			expect(titles.filter((title) => title === 'WeCom')).toHaveLength(1);
			await found.first().click();
			const panel = page.getByTestId('node-creator');
			await panel.getByText('Triggers (').waitFor();
			await panel.getByText('Actions (').click();
			await screenshot(page, 'panel-wecom');
			await panel.getByText('Suite Actions').waitFor({ state: 'attached' });
			const text = (await panel.textContent()) ?? '';
			const places = [
				'On any message or event',
				'On text message',
				'On member added',
				'Message Actions',
				'AI Bot Actions',
				'Member Actions',
				'Customer Actions',
				'Suite Actions',
			].map((words) => text.indexOf(words));
			expect(places).not.toContain(-1);
			expect(places).toEqual([...places].sort((a, b) => a - b));
		});
	});

	it('finds the WeCom node by every word that people look for', async () => {
		await withEditor(surroundings().n8n, async (page) => {
			await searchNodes(page, 'wecom');
			const lost: string[] = [];
			for (const word of codex.alias) {
				await page.getByTestId('node-creator-search-bar').fill(word);
				const found = page
					.getByTestId('item-iterator-item')
					.filter({ has: page.getByText('WeCom', { exact: true }) });
				await found
					.first()
					.waitFor({ timeout: 60_000 })
					.catch(() => lost.push(word));
			}
			expect(codex.alias.length).toBeGreaterThanOrEqual(60);
			expect(lost).toEqual([]);
		});
	});

	it('keeps what was picked: the event of the trigger, resource, operation and credential of the action', async () => {
		await withEditor(surroundings().n8n, async (page) => {
			await pick(page, 'On customer added');
			await parameter(page, 'events').getByText('Customer: Added', { exact: true }).waitFor();
			expect(await parameter(page, 'events').innerText()).not.toContain('All Events');

			await pick(page, 'On text message to AI bot');
			await page.getByText("change 'App' at its top right to 'AI Bot'").waitFor();

			await pick(page, 'Send message to group by webhook');
			await screenshot(page, 'panel-picked');
			await page.getByText('Mention Phone Numbers').waitFor();
			await page.getByText('WeCom Message Push API').first().waitFor();
		});
	});

	it('another resource names the credential it needs, and leaves nothing of the form before', async () => {
		const { n8n, rest, credential } = surroundings();
		const send = { name: 'Send', type: WECOM, parameters: {}, credentials: uses(credential) };
		await withEditor(n8n, async (page) => {
			for (const [resource, api] of [
				['AI Bot', 'WeCom AI Bot API'],
				['Message Push', 'WeCom Message Push API'],
				['Chat Archive', 'WeCom Chat Archive API'],
			]) {
				// Each has a workflow of its own: n8n saves what is changed in the editor by itself.
				const { id } = await rest.createWorkflow({ name: resource, nodes: [send] });
				await openWorkflow(page, id);
				await openNode(page, 'Send');
				await parameter(page, 'touser').waitFor();
				await parameter(page, 'resource').click();
				await page.keyboard.type(resource);
				await page.getByRole('option', { name: resource, exact: true }).first().click();
				await page.getByTestId('ndv').getByText(`Credential for ${api}`).waitFor();
				await parameter(page, 'touser').waitFor({ state: 'hidden' });
			}
		});
	});

	it("says that 'All Events' beside others starts the workflow for everything", async () => {
		await withEditor(surroundings().n8n, async (page) => {
			await pick(page, 'On any message or event');
			const warning = page.getByText("'All Events' stands beside others");
			expect(await warning.count()).toBe(0);
			await parameter(page, 'events').click();
			await page.getByRole('option', { name: 'Message: Image' }).first().click();
			await warning.waitFor();
		});
	});

	it('recipients are asked for kind by kind; cards have buttons with named styles', async () => {
		const { n8n, rest, credential } = surroundings();
		const card = { msgtype: 'template_card', card_type: 'button_interaction' };
		const { id } = await rest.createWorkflow({
			name: 'Card',
			nodes: [{ name: 'Card', type: WECOM, parameters: card, credentials: uses(credential) }],
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			await openNode(page, 'Card');
			await parameter(page, 'touser').waitFor();
			expect(await parameter(page, 'toparty').count()).toBe(0);
			await parameter(page, 'sendTo').click();
			await page.getByRole('option', { name: 'Departments' }).first().click();
			await parameter(page, 'toparty').waitFor();
			await page.keyboard.press('Escape');
			await page.getByTestId('ndv').getByText('Add Button', { exact: true }).click();
			const style = page.getByTestId('ndv').getByTestId('parameter-input-style');
			await style.locator('input').first().waitFor();
			expect(await style.locator('input').first().inputValue()).toBe('Primary');
		});
	});

	it('two triggers without a path of their own do not collide', async () => {
		const { rest, sim, credential } = surroundings();
		for (const name of ['First', 'Second']) {
			const trigger = {
				name,
				type: TRIGGER,
				webhookId: randomUUID(),
				parameters: {},
				credentials: uses(credential),
			};
			const workflow = await rest.createWorkflow({ name, nodes: [trigger] });
			await rest.activate(workflow.id);
			await rest.waitForWebhook('POST', trigger.webhookId);
			const pushed = await sim.push(target(surroundings(), trigger.webhookId), { kind: 'text' });
			expect(pushed.ok).toBe(true);
			await rest.waitForExecutions(workflow.id, 1);
		}
	});

	it('says what it waits for, and after publishing what to do in WeCom', async () => {
		const { n8n, rest, credential } = surroundings();
		const trigger = {
			name: 'Trigger',
			type: TRIGGER,
			webhookId: randomUUID(),
			parameters: {},
			credentials: uses(credential),
		};
		const { id } = await rest.createWorkflow({ name: 'Words', nodes: [trigger] });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'Trigger');
			await panel.getByText("3. Open 'Webhook URLs' above").waitFor();
			await panel.getByText('When will this node trigger my flow?').click();
			await panel.getByText("click 'Execute step', save the test URL in WeCom").waitFor();
			await page.getByTestId('trigger-execute-button').click();
			await panel.getByText('Listening for test event').waitFor();
			await closeNode(page);
			await page.getByText('Waiting for a message or event from WeCom').first().waitFor();
			await page.getByTestId('stop-execution-waiting-for-webhook-button').click();
			await page.getByTestId('workflow-open-publish-modal-button').click();
			await page.getByTestId('workflow-publish-button').click();
			await page.getByText('Save it in WeCom under Receive Messages > Set API Receive').waitFor();
			await page.keyboard.press('Escape');
		});
	});

	it('with a suite the recipients are those of the chosen company', async () => {
		const { n8n, rest, sim } = surroundings();
		const { suiteId, suiteSecret, callback } = DEMO_SUITE;
		const data = { suiteId, suiteSecret, token: callback.token, baseUrl: sim.url };
		const suite = await rest.createCredential('Suite', 'wecomSuiteApi', {
			...data,
			encodingAesKey: callback.encodingAesKey,
		});
		const send = {
			name: 'Send',
			type: WECOM,
			parameters: { authentication: 'suite' },
			credentials: { wecomSuiteApi: { id: suite.id, name: suite.name } },
		};
		const { id } = await rest.createWorkflow({ name: 'Suite', nodes: [send] });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			await optionsAfter(page, async () => await openNode(page, 'Send'));
			await parameter(page, 'touser').click();
			const option = page.getByRole('option');
			await option.filter({ hasText: "Choose one under 'Act as Company' first" }).waitFor();
			await page.keyboard.press('Escape');
			// Another company, another list: read anew, without the panel being opened again.
			await parameter(page, 'actAsCompany').getByTestId('rlc-mode-selector').click();
			await page.getByTestId('mode-id').click();
			const company = parameter(page, 'actAsCompany').locator('input').last();
			await optionsAfter(page, async () => await company.fill('wwother'));
			await parameter(page, 'touser').click();
			await option.filter({ hasText: 'wwother' }).first().waitFor();
		});
		await rest.deleteCredential(suite.id);
	});

	// The last one: no credential is left then.
	it('a new person sends the first message with ten clicks', async () => {
		const { n8n, rest, sim, credential } = surroundings();
		await rest.deleteCredential(credential.id);
		const data = credentialData(sim);
		let clicks = 0;
		await withEditor(n8n, async (page) => {
			const click = async (place: Locator) => {
				await place.click();
				clicks++;
			};
			const found = await searchNodes(page, 'wecom');
			clicks++;
			await click(found.first());
			const panel = page.getByTestId('node-creator');
			await panel.getByText('Triggers (').waitFor();
			await click(panel.getByText('Actions ('));
			await click(panel.getByText('Send message', { exact: true }));
			const node = page.getByTestId('ndv');
			await click(node.getByTestId('node-credentials-empty-state').getByRole('button').first());
			for (const name of ['corpId', 'corpSecret', 'agentId', 'baseUrl'] as const)
				await fillCredentialField(page, name, data[name]);
			const listed = page.waitForResponse(/dynamic-node-parameters\/options/);
			await click(page.getByTestId('credential-save-button').getByRole('button'));
			await node.getByTestId('node-credentials-select').waitFor();
			await listed;
			await click(parameter(page, 'content').locator('textarea').first());
			await page.keyboard.type('Hello');
			await click(parameter(page, 'touser'));
			await click(page.getByRole('option', { name: '张三' }).first());
			clicks++;
			expect(await executeStep(page)).toContain('1 item');
		});
		const sent = sim.requests.filter(({ path }) => path === '/cgi-bin/message/send').at(-1);
		expect(sent?.body).toMatchObject({ touser: 'zhangsan', text: { content: 'Hello' } });
		expect(clicks).toBeLessThanOrEqual(10);
	});
});
