/** Changing a card that was sent (doc 94888). */
import { useCardCode } from '../cards.cts';
import { usualAnswer } from '../catalog/answers.cts';
import { catalogFacts } from '../catalog/facts.cts';
import { checkParameters } from '../catalog/parameters.cts';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { now } from '../state.cts';
import { checkCardShape } from './message-rules.cts';

const PATH = '/cgi-bin/message/update_template_card';
const facts = () => catalogFacts().get(PATH)![0];

function update({ state, app, params }: Call) {
	const { response_code, agentid, userids = [], atall, template_card: card, button } = params;
	const message = useCardCode(state, response_code);
	if (!message) return usualAnswer(facts());
	if (message.agentid !== agentid || app.agentid !== agentid) throw new WecomError(42015);
	if (!card && !button?.replace_name) throw new WecomError(40058);
	if (card) checkCardShape({ ...card, task_id: message.body.template_card.task_id }, () => false);
	const known = message.recipients;
	const everybody = atall === 1;
	const changed = (userids as string[]).filter((userid) => known.includes(userid));
	if (!everybody && changed.length === 0) throw new WecomError(40003);
	message.cardChanges ??= [];
	message.cardChanges.push({
		at: now(state),
		...(!everybody && { userids: changed }),
		...(card ? { card } : { replaced: button.replace_name }),
	});
	const invaliduser = everybody ? [] : userids.filter((userid: string) => !known.includes(userid));
	return invaliduser.length > 0 ? { invaliduser } : {};
}

export const cardEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: PATH,
		doc: 94888,
		token: 'corp',
		read: (request) => checkParameters(facts(), request),
		handler: update,
	},
];
