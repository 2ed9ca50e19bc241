-- Last in the order: nobody runs anything of ours unless its own file granted it. Functions are executable by
-- everyone until someone says otherwise, and default privileges cannot say it without touching the host's.
revoke execute on all functions in schema chat, chat_private from public, anon;
