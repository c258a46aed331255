import type { KindTable } from './kinds';

/** WeChat Customer Service (docs 94670, 97712). The events carry no content: it is pulled. */
export const customerServiceEvents: KindTable = {
	family: 'customerService',
	kinds: [
		{
			on: 'event/kf_msg_or_event',
			name: 'Customer Service: New Message or Event',
			action: 'On customer service message or event',
			description:
				'Customers wrote, or a chat changed: add the option Fetch Messages. Needs the customer service switch.',
			answer: 'E',
			doc: 94670,
		},
		{
			on: 'event/kf_account_auth_change',
			name: 'Customer Service: Accounts Changed',
			description: 'Which customer service accounts the app may handle',
			repeat: ['AuthAddOpenKfId', 'AuthDelOpenKfId'],
			answer: 'E',
			doc: 97712,
		},
	],
};
