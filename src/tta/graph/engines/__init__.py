"""The two graph engines behind the seam: Neo4j over Bolt, and the embedded one."""
