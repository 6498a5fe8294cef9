#!lua
-- The tokens used of a day's budgets, one player's and the whole store's. A call counts once, however often the
-- script runs for it: a lost reply makes the caller send it again.
--
-- KEYS   the store's counter of the day, the player's, and the record of this call.
-- ARGV   tokens to take (negative: to give back), the store's budget, the player's; ms that a counter is kept;
--        '1' if they are used already and only counted; ms that the call is remembered; the use of both budgets
--        that the caller knows of. It counts if a counter is missing: this clock may have jumped, so that the
--        counter expired.
-- Reply  {'TAKEN', or 'STORE' or 'PLAYER' if that budget would be exceeded and nothing is taken; both counters}
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
