import type { KindTable } from './kinds';

/** Upstream and downstream companies (doc 95796): self-built apps only; FromUserName is 'sys'. */
export const chainEvents: KindTable = {
	family: 'chain',
	groups: [
		{
			event: 'change_chain',
			name: 'Upstream and Downstream: Any Change',
			description: 'Any change. Needs the switch for upstream and downstream changes.',
		},
	],
	kinds: [
		{
			on: 'event/change_chain/create_chain',
			name: 'Upstream and Downstream: Created',
			description: 'An upstream and downstream space was created',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_chain',
			name: 'Upstream and Downstream: Changed',
			description: 'An upstream and downstream space was changed',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/delete_chain',
			name: 'Upstream and Downstream: Deleted',
			description: 'An upstream and downstream space was deleted',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/create_group',
			name: 'Upstream and Downstream: Group Created',
			description: 'Groups of companies were created',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_group',
			name: 'Upstream and Downstream: Group Changed',
			description: 'Groups of companies were changed',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/delete_group',
			name: 'Upstream and Downstream: Group Deleted',
			description: 'Groups of companies were deleted',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/corp_join',
			name: 'Upstream and Downstream: Company Joined',
			description: 'Companies joined',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_corp',
			name: 'Upstream and Downstream: Company Changed',
			description: 'Companies were changed',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/remove_corp',
			name: 'Upstream and Downstream: Company Removed',
			description: 'Companies were removed',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
	],
};
