ROLES=("manager","viewer","finance","admin")
ACCESS={}
class Access: pass
