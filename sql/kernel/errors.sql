-- The only place where a new way to say no can be added. Codes are API: never renamed, never reused.
create or replace function chat_private.refusals()
returns table (code text, status integer, message_en text, message_zh text)
language sql
immutable
set search_path = ''
as $$
  values
    ('not_signed_in',            401, 'Sign in first.', '请先登录。'),
    ('account_disabled',         403, 'This account has been disabled.', '该账号已被停用。'),
    ('guests_cannot',            403, 'Guests cannot do this. Make the account permanent first.', '游客无此权限，请先注册为正式用户。'),
    ('friends_only',             403, 'Only friends may write to each other here.', '仅好友之间可以发消息。'),
    ('profile_not_found',        404, 'There is no such person, or you cannot reach them.', '用户不存在或无法联系。'),
    ('friend_request_not_found', 404, 'There is no such open friend request.', '好友申请不存在或已处理。'),
    ('friend_not_found',         404, 'You are not friends.', '你们还不是好友。'),
    ('conversation_not_found',   404, 'There is no such conversation, or you are not in it.', '会话不存在或你不在其中。'),
    ('group_request_not_found',  404, 'There is no such open invitation or request.', '邀请或申请不存在或已处理。'),
    ('member_not_found',         404, 'This person is not in the group.', '该用户不在群聊中。'),
    ('message_not_found',        404, 'There is no such message, or you cannot see it.', '消息不存在或你无权查看。'),
    ('group_not_found',          404, 'There is no group with this code.', '群聊不存在。'),
    ('media_not_found',          404, 'There is no such file, or you cannot see it.', '文件不存在或你无权查看。'),
    ('not_your_message',         403, 'Only its sender, or somebody above them in the group, can do this.', '只有发送者或更高权限的群成员才能操作。'),
    ('role_too_low',             403, 'Your role in the group does not allow this.', '你在群里的权限不足。'),
    ('you_are_muted',            403, 'You have been muted in this group.', '你已被禁言。'),
    ('group_is_muted',           403, 'Only the owner and admins can speak in this group now.', '本群已开启全员禁言。'),
    ('group_is_closed',          403, 'This group takes nobody in this way.', '本群不允许以此方式加入。'),
    ('group_name_invalid',       400, 'A group name is 1 to 50 characters without control characters.', '群名称须为1至50个字符，且不含控制字符。'),
    ('announcement_invalid',     400, 'An announcement has at most 1000 characters.', '群公告不能超过1000个字符。'),
    ('join_mode_invalid',        400, 'The join mode is open, approval or closed.', '加入方式只能是 open、approval 或 closed。'),
    ('role_invalid',             400, 'The role is admin or member.', '角色只能是 admin 或 member。'),
    ('minutes_invalid',          400, 'The number of minutes is out of range.', '分钟数超出范围。'),
    ('people_invalid',           400, 'Name between 1 and 100 different people.', '须指定1至100个不同的用户。'),
    ('mentions_invalid',         400, 'Only people in the group can be mentioned, at most 50; everybody, only by owner and admins.', '只能提及群成员且不超过50人；仅群主和管理员可提及所有人。'),
    ('forward_invalid',          400, 'Forward between 1 and 100 different messages to between 1 and 20 different conversations, mode each or merged.', '须转发1至100条不同消息到1至20个不同会话，方式为 each 或 merged。'),
    ('request_invalid',          400, 'The request is not well formed.', '请求格式不正确。'),
    ('username_invalid',         400, 'A username is 3 to 30 characters: letters, digits, dot, dash, underscore; it starts with a letter or digit.', '用户名须为3至30个字符，仅限字母、数字、点、短横线和下划线，且以字母或数字开头。'),
    ('nickname_invalid',         400, 'A nickname is 1 to 30 characters without control characters.', '昵称须为1至30个字符，且不含控制字符。'),
    ('avatar_url_invalid',       400, 'An avatar is an http or https address of at most 1000 characters.', '头像须为不超过1000个字符的http或https地址。'),
    ('note_invalid',             400, 'A note has at most 50 characters without control characters.', '申请说明不能超过50个字符，且不含控制字符。'),
    ('remark_invalid',           400, 'A remark has at most 30 characters without control characters.', '备注不能超过30个字符，且不含控制字符。'),
    ('answer_invalid',           400, 'The answer is accept, refuse or, for friend requests, ignore.', '处理结果只能是 accept、refuse，好友申请还可以是 ignore。'),
    ('direction_invalid',        400, 'The direction is received or sent.', '方向只能是 received 或 sent。'),
    ('cannot_be_yourself',       400, 'This needs another person than yourself.', '不能对自己进行此操作。'),
    ('page_size_invalid',        400, 'The page size is out of range.', '每页数量超出范围。'),
    ('seq_invalid',              400, 'A position is a number from 0 on.', '消息位置须为不小于0的数字。'),
    ('cursor_invalid',           400, 'This is not a cursor that the server gave out.', '游标无效。'),
    ('kind_invalid',             400, 'There is no such kind of message.', '消息类型不存在。'),
    ('body_invalid',             400, 'The body does not fit the kind of message.', '消息内容与消息类型不符。'),
    ('text_empty',               400, 'A text message needs a text.', '消息内容不能为空。'),
    ('message_id_invalid',       400, 'A message id is a version 7 UUID made now or within the last 30 days.', '消息ID须为最近30天内生成的第7版UUID。'),
    ('media_wrong_kind',         400, 'The file is not of the kind that is needed here.', '文件类型与所需类型不符。'),
    ('path_invalid',             400, 'Files go to <your id>/<directories>/<yyyymmdd>/<milliseconds>_<12 hex digits>.<extension>, to a path that is free.', '文件须上传到：用户ID/目录/年月日/毫秒_12位十六进制.扩展名，且路径未被占用。'),
    ('directory_invalid',        400, 'A directory is up to 4 names of letters, digits, dash and underscore, at most 64 each.', '目录最多4级，每级最多64个字母、数字、短横线或下划线。'),
    ('file_name_invalid',        400, 'A file name is 1 to 255 characters without control characters or slashes.', '文件名须为1至255个字符，且不含控制字符和斜杠。'),
    ('facts_invalid',            400, 'Class, duration, waveform or sides of the file are out of range.', '文件的分类、时长、波形或尺寸超出范围。'),
    ('setting_invalid',          400, 'There is no such setting, or the value is not allowed.', '设置项不存在或取值不被允许。'),
    ('username_taken',           409, 'This username is taken.', '该用户名已被占用。'),
    ('username_already_set',     409, 'A username cannot be changed once it is set.', '账号不可修改。'),
    ('already_friends',          409, 'You are friends already.', '你们已经是好友了。'),
    ('friend_request_pending',   409, 'Your request is waiting for an answer.', '您已经申请过了，请等待对方处理。'),
    ('person_is_blocked',        409, 'You have blocked this person. Unblock them first.', '你已将对方拉黑，请先解除。'),
    ('message_id_conflict',      409, 'Another message was sent with this id.', '该消息ID已被另一条消息使用。'),
    ('revoke_window_over',       409, 'This message is too old to be revoked.', '消息超过可撤回时间，不能撤回。'),
    ('message_is_revoked',       409, 'This message has been revoked.', '该消息已被撤回。'),
    ('owner_cannot_leave',       409, 'The owner has to transfer or dissolve the group first.', '群主须先转让或解散群聊。'),
    ('group_is_full',            409, 'The group has no room for more people.', '群成员已满。'),
    ('groups_owned_limit',       409, 'You own as many groups as you may.', '你拥有的群聊数量已达上限。'),
    ('group_dissolved',          409, 'This group has been dissolved.', '该群已解散。'),
    ('method_not_allowed',       405, 'This function does not answer this method.', '不支持该请求方法。'),
    ('media_unchecked',          409, 'The file has not been looked at yet: call the function chat-media first.', '文件尚未检查，请先调用 chat-media。'),
    ('media_in_use',             409, 'Messages use this file. Revoke them first.', '文件正被消息使用，请先撤回相关消息。'),
    ('request_too_large',        413, 'The request is too large.', '请求过大。'),
    ('file_too_large',           413, 'The file is too large.', '文件过大。'),
    ('image_too_large',          413, 'The picture has too many pixels.', '图片像素过大。'),
    ('mime_type_invalid',        415, 'Files of this type cannot be uploaded here.', '不支持上传此类型的文件。'),
    ('file_disguised',           415, 'The file is not what its type says. It has been removed.', '文件内容与类型不符，已被删除。'),
    ('file_unreadable',          422, 'The file is damaged or of a kind that cannot be read. It has been removed.', '文件已损坏或无法读取，已被删除。'),
    ('video_unreadable',         422, 'This is no video, or it is damaged.', '不是视频或视频已损坏。'),
    ('video_has_no_picture',     422, 'The film has no picture.', '视频没有画面。'),
    ('video_codec_unsupported',  422, 'The codec of the film is not supported here. Make the cover in the app.', '不支持该视频编码，请在客户端生成封面。'),
    ('video_time_beyond_end',    422, 'The film is shorter than that.', '时间超出视频时长。'),
    ('video_too_large',          422, 'The film takes too much to read.', '视频过大，无法处理。'),
    ('video_too_slow',           422, 'The film takes too long to read. Mode fast may do.', '视频处理超时，可尝试 fast 模式。'),
    ('video_host_not_allowed',   403, 'Films are not read from this address.', '不允许读取该地址的视频。'),
    ('video_unreachable',        502, 'The film could not be fetched.', '无法获取视频。'),
    ('text_too_long',            413, 'The text is too long.', '文字过长。'),
    ('body_too_large',           413, 'The body is too large.', '消息内容过大。'),
    ('friend_request_too_soon',  429, 'It is too soon to ask this person again.', '申请过于频繁，请稍后再试。'),
    ('upload_quota_over',        429, 'You have uploaded enough for today.', '今日上传量已达上限。'),
    ('internal',                 500, 'Something went wrong on our side.', '服务器内部错误。'),
    ('busy',                     503, 'This cannot be done at this moment. Try again.', '暂时无法完成，请稍后重试。')
$$;

comment on function chat_private.refusals is 'The catalogue: every way to say no, its HTTP status and its sentence in two languages.';

-- Volatile on purpose: refusing is a side effect the planner must never fold away.
create or replace function chat_private.fail(code text, retry_after interval default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_refusal record;
  v_sentence text;
begin
  select r.* into strict v_refusal
  from chat_private.refusals() as r
  where r.code = fail.code;

  v_sentence := case
    when (select s.notice_language from chat_private.settings as s) = 'zh-CN' then v_refusal.message_zh
    else v_refusal.message_en
  end;

  if retry_after is null then
    raise exception using
      errcode = 'PT' || v_refusal.status,  -- PostgREST turns PTxyz into HTTP xyz
      message = v_refusal.code,            -- ASCII, because it becomes the HTTP reason phrase
      detail = v_sentence;
  end if;

  -- The one form of PostgREST's errors that can carry a header.
  raise sqlstate 'PGRST' using
    message = json_build_object(
      'code', 'PT' || v_refusal.status, 'message', v_refusal.code, 'details', v_sentence, 'hint', null
    ),
    detail = json_build_object(
      'status', v_refusal.status,
      'headers', json_build_object('Retry-After', ceil(extract(epoch from retry_after))::bigint::text)
    );
end;
$$;

comment on function chat_private.fail is 'Refuses in a word from the catalogue; retry_after becomes the header of that name.';
