// The last line: what cannot be stored, whoever tries.
import assert from "node:assert/strict";
import { owns } from "../support/library.ts";
import { type Cast, scene } from "../support/people.ts";
import { refuses } from "./refuses.ts";

const CHECK = "23514";
const UNIQUE = "23505";
const FOREIGN = "23503";

/** Runs SQL as the owner of the project, in which $alice, $bob … stand for ids and $chat for a conversation. */
async function store(cast: Cast, sql: string): Promise<unknown> {
  const { alice, bob, carol, dora, ghost, world } = cast;
  const ids = Object.fromEntries(
    [alice, bob, carol, dora, ghost].map(({ name, id }) => [name, id]),
  );
  const [low = "", high = ""] = [alice.id, bob.id].toSorted();
  const words: Record<string, string | undefined> = { ...ids, low, high };
  words["chat"] = await world.value<string>("(select id from chat.conversations limit 1)");
  const filled = sql.replaceAll(/\$(\w+)/g, (_, word) => `'${words[word] ?? word}'`);
  return await world.as("postgres", {}, `${filled}; set constraints all immediate`);
}

const REQUEST = "insert into chat.friend_requests (id, from_id, to_id";

const FILE = "update chat.media set";

/**
 * A friend request, a block, a friendship, a conversation of two messages, a video with its cover, and then the
 * impossible.
 */
const IMPOSSIBLE: Record<string, [sql: string, sqlstate: string, constraint: string]> = {
  "a request to oneself": [
    `${REQUEST}) values (gen_random_uuid(), $bob, $bob)`,
    CHECK,
    "friend_requests_go_to_others",
  ],
  "two requests in one direction": [
    `${REQUEST}, status, answered_at) values (gen_random_uuid(), $alice, $carol, 'refused', now())`,
    UNIQUE,
    "friend_requests_are_one_per_direction",
  ],
  "two open requests of a pair": [
    `${REQUEST}) values (gen_random_uuid(), $carol, $alice)`,
    UNIQUE,
    "friend_requests_one_is_open_idx",
  ],
  "an answered request without a time": [
    "update chat.friend_requests set status = 'refused'",
    CHECK,
    "friend_requests_are_answered_once",
  ],
  "an open request with a time of answer": [
    "update chat.friend_requests set answered_at = now()",
    CHECK,
    "friend_requests_are_answered_once",
  ],
  "a request in no known state": [
    "update chat.friend_requests set status = 'accepted', answered_at = now()",
    CHECK,
    "friend_requests_status_is_known",
  ],
  "a request with a long note": [
    "update chat.friend_requests set note = repeat('x', 51)",
    CHECK,
    "friend_requests_note_is_short",
  ],
  "a friendship with oneself": [
    "insert into chat.friendships (user_id, friend_id) values ($carol, $carol)",
    CHECK,
    "friendships_are_with_others",
  ],
  "a one-sided friendship": [
    "insert into chat.friendships (user_id, friend_id) values ($bob, $carol)",
    FOREIGN,
    "friendships_are_mutual",
  ],
  "a friendship twice": [
    "insert into chat.friendships (user_id, friend_id) values ($alice, $bob)",
    UNIQUE,
    "friendships_pkey",
  ],
  "a friendship with somebody who blocks": [
    "insert into chat.friendships (user_id, friend_id) values ($dora, $bob), ($bob, $dora)",
    CHECK,
    "friendships_are_not_blocked",
  ],
  "a long remark": [
    "update chat.friendships set remark = repeat('x', 31)",
    CHECK,
    "friendships_remark_is_short",
  ],
  "a block of oneself": [
    "insert into chat.blocks (blocker_id, blocked_id) values ($bob, $bob)",
    CHECK,
    "blocks_are_of_others",
  ],
  "a block of a friend": [
    "insert into chat.blocks (blocker_id, blocked_id) values ($bob, $alice)",
    CHECK,
    "blocks_end_friendships",
  ],
  "a second profile for an account": [
    "insert into chat.profiles (id, account_id) values (gen_random_uuid(), $alice)",
    CHECK,
    "profiles_account_is_the_same_person",
  ],
  "a profile twice": [
    "insert into chat.profiles (id, account_id) values ($alice, $alice)",
    UNIQUE,
    "profiles_pkey",
  ],
  "a profile of an account that is not there": [
    "insert into chat.profiles (id, account_id) values ($ghost, $ghost)",
    FOREIGN,
    "profiles_account_id_fkey",
  ],
  "a living profile without an account": [
    "insert into chat.profiles (id) values ($ghost)",
    CHECK,
    "profiles_without_account_are_deleted",
  ],
  "a deleted profile with an account": [
    "update chat.profiles set status = 'deleted' where id = $alice",
    CHECK,
    "profiles_without_account_are_deleted",
  ],
  "a profile in no known state": [
    "update chat.profiles set status = 'banned' where id = $alice",
    CHECK,
    "profiles_status_is_known",
  ],
  "the same username twice": [
    "update chat.profiles set username = 'BOB' where id = $alice",
    UNIQUE,
    "profiles_username_idx",
  ],
  "a username with spaces": [
    "update chat.profiles set username = 'a b c' where id = $alice",
    CHECK,
    "profiles_username_is_well_formed",
  ],
  "an empty nickname": [
    "update chat.profiles set nickname = '' where id = $alice",
    CHECK,
    "profiles_nickname_is_short",
  ],
  "an endless picture address": [
    "update chat.profiles set avatar_url = repeat('x', 1001) where id = $alice",
    CHECK,
    "profiles_avatar_url_is_short",
  ],
  "a notice of no known type": [
    "update chat.notices set type = 'nonsense'",
    CHECK,
    "notices_type_is_known",
  ],
  "a notice twice": [
    "update chat.notices set seq = 1 where user_id = $alice",
    UNIQUE,
    "notices_pkey",
  ],
  "a pair in the wrong order": [
    "insert into chat.conversations (kind, low_id, high_id) values ('direct', $high, $low)",
    CHECK,
    "conversations_pair_is_in_order",
  ],
  "a second conversation of a pair": [
    "insert into chat.conversations (kind, low_id, high_id) values ('direct', $low, $high)",
    UNIQUE,
    "conversations_are_one_per_pair",
  ],
  "a direct conversation of one": [
    "insert into chat.conversations (kind, low_id) values ('direct', $low)",
    CHECK,
    "conversations_are_between_two_if_direct",
  ],
  "a group of a pair": [
    "insert into chat.conversations (kind, low_id, high_id) values ('group', $low, $high)",
    CHECK,
    "conversations_are_between_two_if_direct",
  ],
  "a conversation of no known kind": [
    "insert into chat.conversations (kind) values ('channel')",
    CHECK,
    "conversations_kind_is_known",
  ],
  "a conversation that counts below zero": [
    "update chat.conversations set last_seq = -1",
    CHECK,
    "conversations_last_seq_counts_up",
  ],
  "a member who is not there": [
    "insert into chat.members (conversation_id, user_id) values ($chat, $ghost)",
    FOREIGN,
    "members_user_id_fkey",
  ],
  "marks below zero": [
    "update chat.members set read_seq = -1",
    CHECK,
    "members_marks_count_up",
  ],
  "a position twice": ["update chat.messages set seq = 1", UNIQUE, "messages_pkey"],
  "a position before the first": [
    "update chat.messages set seq = 0",
    CHECK,
    "messages_seq_is_positive",
  ],
  "a message id twice": [
    "update chat.messages set id = $chat",
    UNIQUE,
    "messages_id_is_unique",
  ],
  "a message of nobody": [
    "update chat.messages set sender_id = null",
    CHECK,
    "messages_are_sent_by_somebody",
  ],
  "a message of no known kind": [
    "update chat.messages set kind = 'nonsense', sender_id = $alice",
    CHECK,
    "messages_kind_is_known",
  ],
  "a text with a file": [
    "update chat.messages set media_id = (select id from chat.media where kind = 'video') where seq = 2",
    CHECK,
    "messages_with_files_are_of_their_kind",
  ],
  "a message with a file that is not there": [
    "update chat.messages set media_id = $ghost, kind = 'video' where seq = 2",
    FOREIGN,
    "messages_media_id_fkey",
  ],
  "a file of nobody": [`${FILE} owner_id = $ghost`, FOREIGN, "media_owner_id_fkey"],
  "a file twice": [`${FILE} bucket_id = 'b', name = 'n'`, UNIQUE, "media_file_is_unique"],
  "a file of no known kind": [`${FILE} kind = 'system'`, CHECK, "media_kind_is_known"],
  "a file of an endless type": [
    `${FILE} mime_type = repeat('x', 256)`,
    CHECK,
    "media_mime_type_is_short",
  ],
  "a file of less than nothing": [`${FILE} size = -1`, CHECK, "media_size_is_not_negative"],
  "a flat file": [`${FILE} width = 0, height = 5`, CHECK, "media_is_not_flat"],
  "a file with one side": [`${FILE} width = 5`, CHECK, "media_has_both_sides"],
  "a file that is over before it begins": [
    `${FILE} duration = -1`,
    CHECK,
    "media_duration_is_not_negative",
  ],
  "an endless waveform": [
    `${FILE} waveform = array_fill(1::smallint, array[129])`,
    CHECK,
    "media_waveform_is_short",
  ],
  "a waveform that is too loud": [`${FILE} waveform = '{101}'`, CHECK, "media_waveform_is_short"],
  "a nameless file name": [`${FILE} file_name = ''`, CHECK, "media_file_name_is_short"],
  "a class below zero": [`${FILE} class_id = -1`, CHECK, "media_class_id_is_not_negative"],
  "a video that covers": [
    `${FILE} kind = 'video', cover_id = null`,
    CHECK,
    "media_only_covers_cover",
  ],
  "a cover with a cover": [
    `${FILE} cover_id = id where kind = 'cover'`,
    CHECK,
    "media_only_videos_have_covers",
  ],
  "a video of a moment": [
    `${FILE} cover_time = 0 where kind = 'video'`,
    CHECK,
    "media_only_covers_are_of_a_time",
  ],
  "a host with a port": [
    "insert into chat_private.video_hosts (host) values ('films.example.com:80')",
    CHECK,
    "video_hosts_host_is_a_name",
  ],
  "a host of no known provider": [
    "insert into chat_private.video_hosts (host, provider) values ('films.example.com', 'ftp')",
    CHECK,
    "video_hosts_provider_is_known",
  ],
  "a second row of settings": [
    "insert into chat_private.settings (id) values (false)",
    CHECK,
    "settings_are_one_row",
  ],
};

for (const [what, [sql, sqlstate, constraint]] of Object.entries(IMPOSSIBLE)) {
  scene(`${what} cannot be stored`, async (cast) => {
    const { alice, bob, carol, dora, server, world } = cast;
    await world.befriend(alice, bob);
    await alice.asks(carol);
    await bob.call("block_user", { user_id: dora });
    await alice.says(await world.direct(alice, bob), "one");
    const video = await owns(alice, server, { kind: "video" });
    await owns(alice, server, { kind: "cover", facts: { cover_of: video.media_id } });

    const { message } = await refuses(store(cast, sql), sqlstate);
    assert.match(message, new RegExp(constraint));
  });
}

scene("half a friendship goes with the other half", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await world.query("delete from chat.friendships where user_id = $1", [alice.id]);
  assert.deepEqual(await world.query("select from chat.friendships"), []);
});
