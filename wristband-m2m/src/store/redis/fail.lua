-- KEYS: token, lease, failed, renewals
-- ARGV: lease, failure, life
local lease = redis.call('GET', KEYS[2])
if lease and string.sub(lease, 1, 16) == ARGV[1] then
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[2])
  return 1
end
return 0
