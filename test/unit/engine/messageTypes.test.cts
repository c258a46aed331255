/** One list of message types serves every way of sending: each form offers what its channel takes, and nothing else. */
import { NodeHelpers, type INodeProperties, type INodePropertyOptions } from 'n8n-workflow';
import { messageType } from '../../../nodes/Wecom/resources/message/fields';
import { MESSAGE_PUSH } from '../../../nodes/Wecom/resources/message/messagePush';
import { APP, GROUP_CHAT, SCHOOL } from '../../../nodes/Wecom/resources/message/send';
import { cardFields } from '../../../nodes/Wecom/resources/message/cardFields';

const offered = (options: unknown, resource: string, operation: string) =>
	(options as INodePropertyOptions[])
		.filter((option) =>
			NodeHelpers.displayParameter(
				{ resource, operation },
				option as unknown as INodeProperties,
				null,
				null,
			),
		)
		.map(({ value }) => value);

it.each([
	['message', 'send', APP],
	['message', 'sendToSchool', SCHOOL],
	['groupChat', 'sendMessage', GROUP_CHAT],
	['messagePush', 'send', MESSAGE_PUSH],
] as const)('%s > %s', (resource, operation, { types }) => {
	expect(offered(messageType.options, resource, operation).sort()).toEqual([...types].sort());
});

it('a message push has the cards that nobody has to answer', () => {
	const [{ options }] = cardFields({});
	expect(offered(options, 'messagePush', 'send')).toEqual(['json', 'news_notice', 'text_notice']);
	expect(offered(options, 'message', 'send')).toHaveLength(6);
});
