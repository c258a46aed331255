import type { KindTable } from './kinds';

/** Messages that members send to an app whose message receiving is configured (doc 90239). */
export const messages: KindTable = {
	family: 'message',
	kinds: [
		{
			on: 'text',
			name: 'Message: Text',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'image',
			name: 'Message: Image',
			description: 'The media ID is valid for 3 days',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'voice',
			name: 'Message: Voice',
			description: 'The media ID is valid for 3 days',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'video',
			name: 'Message: Video',
			description: 'The media IDs are valid for 3 days',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'location',
			name: 'Message: Location',
			description: 'Location_X is the latitude, Location_Y the longitude',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'link',
			name: 'Message: Link',
			answer: 'P',
			doc: 90239,
		},
	],
};
