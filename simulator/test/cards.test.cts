/** Cards of apps: what people see, press, and no longer can. */
import { DEMO_APP } from '../demo-data.cts';
import { startSimulator, type Simulator } from '../server.cts';

let sim: Simulator;
beforeAll(async () => {
	sim = await startSimulator();
	sim.control.setApp(DEMO_APP.agentid, {
		callback: { ...DEMO_APP.callback, url: 'http://127.0.0.1:9/nobody' },
	});
});
afterAll(async () => await sim.stop());

const post = async (path: string, body: object) => {
	const token = sim.control.issueToken('corp', { agentid: DEMO_APP.agentid });
	const response = await fetch(`${sim.url}/cgi-bin/message/${path}?access_token=${token}`, {
		method: 'POST',
		body: JSON.stringify({ agentid: DEMO_APP.agentid, ...body }),
	});
	return (await response.json()) as {
		errcode: number;
		response_code?: string;
		invaliduser?: string[];
	};
};
let serial = 0;
async function send() {
	const task_id = `card-${++serial}`;
	const button_list = [{ text: 'Yes', key: 'yes' }];
	const template_card = {
		card_type: 'button_interaction',
		main_title: { title: 'T' },
		button_list,
		task_id,
	};
	const { response_code } = await post('send', {
		touser: 'zhangsan|lisi',
		msgtype: 'template_card',
		template_card,
	});
	return { task_id, template_card, response_code };
}

it('changes for one or for all, once for each code', async () => {
	const { task_id, template_card, response_code } = await send();
	const greyed = { response_code, button: { replace_name: 'Done' }, userids: ['lisi', 'nobody'] };
	expect(await post('update_template_card', greyed)).toMatchObject({
		errcode: 0,
		invaliduser: ['nobody'],
	});
	expect(sim.control.cardSeenBy(task_id, 'lisi').replaced).toBe('Done');
	expect(sim.control.cardSeenBy(task_id, 'zhangsan').replaced).toBeUndefined();
	expect(await post('update_template_card', greyed)).toMatchObject({ errcode: 60140 });
	const pressed = await sim.control.pressCard(
		{ taskId: task_id, userid: 'zhangsan', button: 'Yes' },
		{ retries: 0 },
	);
	const code = /<ResponseCode>(?:<!\[CDATA\[)?([\w-]+)/.exec(pressed.xml)![1];
	const card = { ...template_card, replace_text: 'Over' };
	expect(
		await post('update_template_card', { response_code: code, atall: 1, template_card: card }),
	).toMatchObject({ errcode: 0 });
	expect(sim.control.cardSeenBy(task_id, 'zhangsan').replaced).toBe('Over');
	await expect(
		sim.control.pressCard({ taskId: task_id, userid: 'lisi', button: 'Yes' }),
	).rejects.toThrow('"Over"');
});

it('cannot be pressed by somebody who has not got it, nor changed after 72 hours', async () => {
	const { task_id, response_code } = await send();
	await expect(
		sim.control.pressCard({ taskId: task_id, userid: 'wangfang', button: 'Yes' }),
	).rejects.toThrow('no card');
	sim.control.advanceClock(73 * 3_600_000);
	expect(
		await post('update_template_card', { response_code, atall: 1, button: { replace_name: 'x' } }),
	).toMatchObject({ errcode: 60140 });
});
