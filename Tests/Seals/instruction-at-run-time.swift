// must fail: cannot convert return expression of type 'String' to return type 'StaticString'
import Routing

func instruction(_ soul: String) -> StaticString { soul }
