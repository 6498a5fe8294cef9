#!lua
-- Tokens spent of a day's budgets, one player's and the whole store's. A call of it counts once, however often
-- it is run: its reply may be lost, and it is sent again then.
--
-- KEYS   the store's counter of the day, the player's, and what remembers this very call.
-- ARGV   tokens to take (negative: to give back), the store's budget, the player's; ms that a counter is kept;
--        '1' where they are spent already, and only counted; ms that the call is remembered; what the caller knows
--        to be spent of the store's budget and of the player's, which counts where a counter is gone: this clock
--        may have jumped, and what expired then does not come back.
-- Reply  {'TAKEN', or 'STORE' or 'PLAYER' where it would go beyond that budget and nothing is taken; both counters}
local tokens, kept_ms = tonumber(ARGV[1]), tonumber(ARGV[4])
local spent = {}
for n = 1, 2 do spent[n] = tonumber(redis.call('GET', KEYS[n]) or ARGV[6 + n]) end
if redis.call('EXISTS', KEYS[3]) == 1 then return {'TAKEN', spent[1], spent[2]} end
if ARGV[5] ~= '1' then
  if spent[1] + tokens > tonumber(ARGV[2]) then return {'STORE', spent[1], spent[2]} end
  if spent[2] + tokens > tonumber(ARGV[3]) then return {'PLAYER', spent[1], spent[2]} end
end
redis.call('SET', KEYS[3], '1', 'PX', ARGV[6])
for n = 1, 2 do
  spent[n] = spent[n] + tokens
  redis.call('SET', KEYS[n], string.format('%.0f', spent[n]), 'PX', kept_ms)
end
return {'TAKEN', spent[1], spent[2]}
