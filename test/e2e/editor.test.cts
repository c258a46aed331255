import { DEMO_APP } from '../../simulator/demo-data.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import {
	credentialMessage,
	fillCredentialField,
	openCredential,
	openNode,
	openWorkflow,
	retryCredentialTest,
	saveCredential,
} from '../support/editor.cts';
import {
	chain,
	credentialData,
	itemsOf,
	manual,
	publishTrigger,
	target,
	TRIGGER,
	useN8n,
	uses,
	WECOM,
} from './support.cts';

browserOrSkip()('in the editor', () => {
	const surroundings = useN8n();
	const fetched = () => surroundings().sim.control.tokenCalls(DEMO_APP.agentid);

	it('both nodes are found by their names, the Chinese one included, and show their forms', async () => {
		const { n8n, rest, credential } = surroundings();
		const nodes = [
			{
				name: 'WeCom Trigger',
				type: TRIGGER,
				parameters: { path: 'wecom/editor' },
				credentials: uses(credential),
			},
			{ name: 'WeCom', type: WECOM, parameters: {}, credentials: uses(credential) },
		];
		const { id } = await rest.createWorkflow({
			name: 'Editor',
			nodes,
			connections: chain('WeCom Trigger', 'WeCom'),
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const add = page.getByTestId('node-creator-plus-button');
			await add.waitFor();
			await screenshot(page, 'canvas');
			await add.click();
			for (const words of ['wecom', '企业微信', 'wechat work']) {
				await page.getByTestId('node-creator-search-bar').fill(words);
				await page.getByTestId('item-iterator-item').filter({ hasText: 'WeCom' }).first().waitFor();
			}
			await screenshot(page, 'node-creator');
			await page.keyboard.press('Escape');

			const trigger = await openNode(page, 'WeCom Trigger');
			await trigger.getByText('Set up in four steps').waitFor();
			await screenshot(page, 'trigger');
			expect(await trigger.innerText()).toContain('Trigger On');
			await trigger.getByText('Webhook URLs', { exact: true }).click();
			await trigger.getByText('Production URL', { exact: true }).click();
			await screenshot(page, 'trigger-url');
			await trigger.getByText('/webhook/wecom/editor').first().waitFor();
			await openWorkflow(page, id);

			const action = await openNode(page, 'WeCom');
			await action.getByText('Member Names or IDs').first().waitFor();
			await screenshot(page, 'action');
		});
	});

	it('the credential is tested red and green, and saving it keeps guard and token as they are', async () => {
		const { n8n, rest, sim } = surroundings();
		const own = await rest.createCredential('Edited by hand', 'wecomApi', credentialData(sim));
		const node = {
			name: 'Get member',
			type: WECOM,
			credentials: uses(own),
			parameters: {
				resource: 'member',
				operation: 'get',
				userid: { __rl: true, mode: 'id', value: 'zhangsan' },
			},
		};
		const { id } = await rest.createWorkflow({
			name: 'After saving',
			nodes: [manual, node],
			connections: chain('Start', 'Get member'),
		});
		const works = async () =>
			expect(itemsOf(await rest.execute(id, 'Start'), 'Get member')[0]).toMatchObject({
				userid: 'zhangsan',
			});

		await works();
		const before = (await rest.rawCredential(own.id)).data;
		await withEditor(n8n, async (page) => {
			await openCredential(page, own.id);
			expect((await credentialMessage(page)).kind).toBe('green');
			await screenshot(page, 'credential-green');

			sim.control.refuseIp(true, { ip: '203.0.113.7' });
			const red = await retryCredentialTest(page);
			expect(red.kind).toBe('red');
			expect(`${red.text} ${red.details}`).toContain('203.0.113.7');
			await screenshot(page, 'credential-red');
			sim.control.refuseIp(false);

			// An edit that leaves the settings alone, saved as a person does it.
			await fillCredentialField(page, 'agentId', `${DEMO_APP.agentid} `);
			expect((await saveCredential(page)).kind).toBe('green');
		});
		const after = (await rest.rawCredential(own.id)).data;
		expect(after.refreshGuard ?? '').toBe('');
		expect(after).toMatchObject({
			accessToken: before.accessToken,
			accessTokenFor: before.accessTokenFor,
			corpSecret: DEMO_APP.secret,
		});

		const calls = sim.requests.filter(
			({ path, query }) => path === '/cgi-bin/gettoken' && query,
		).length;
		await works();
		expect(sim.requests.filter(({ path }) => path === '/cgi-bin/gettoken').length).toBe(calls);
		expect(String((await rest.rawCredential(own.id)).data.accessTokenExpiresAt)).toMatch(
			/^\d{13}(\.\d+)?$/,
		);
	});

	it('with the secret changed in the editor the old token is not used, and callbacks still arrive', async () => {
		const { n8n, rest, sim, credential } = surroundings();
		const workflow = await publishTrigger(surroundings(), 'wecom/saved', {}, [
			{
				name: 'Get member',
				type: WECOM,
				credentials: uses(credential),
				parameters: {
					resource: 'member',
					operation: 'get',
					userid: { __rl: true, mode: 'id', value: '={{ $json.FromUserName }}' },
				},
			},
		]);
		const here = target(surroundings(), 'wecom/saved');
		await sim.push(here, { kind: 'text' });
		const [first] = await rest.waitForExecutions(workflow.id, 1);
		expect(itemsOf(first, 'Get member')[0]).toMatchObject({ userid: 'zhangsan' });
		const old = (await rest.rawCredential(credential.id)).data.accessToken;

		sim.control.setApp(DEMO_APP.agentid, { secret: 'reset-in-the-console' });
		await withEditor(n8n, async (page) => {
			await openCredential(page, credential.id);
			await fillCredentialField(page, 'corpSecret', 'reset-in-the-console');
			expect((await saveCredential(page)).kind).toBe('green');
		});
		sim.control.invalidateToken(DEMO_APP.agentid);
		const before = fetched();
		expect((await sim.push(here, { kind: 'text' })).ok).toBe(true);
		const executions = await rest.waitForExecutions(workflow.id, 2);
		expect(itemsOf(executions[1], 'Get member')[0]).toMatchObject({ userid: 'zhangsan' });
		expect(fetched()).toBe(before + 1);
		const now = (await rest.rawCredential(credential.id)).data;
		expect(now.accessToken).not.toBe(old);
		expect(now.refreshGuard ?? '').toBe('');
		// The old token was refused by nobody: it was never sent again.
		const sent = sim.requests.filter(({ path }) => path === '/cgi-bin/user/get').at(-1);
		expect(sent?.errcode).toBe(0);
	});
});
