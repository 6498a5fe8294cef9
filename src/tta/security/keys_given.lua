#!lua
-- Record in the store's record how many data keys its keyring has given. The number never decreases.
-- KEYS: the store's record. ARGV: how many.
if tonumber(redis.call('HGET', KEYS[1], 'keys_given') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'keys_given', ARGV[1])
end
return 'OK'
