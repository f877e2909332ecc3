/// The door's OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as it is served at `/openapi.json`.
///
/// In the program, because a daemon may run where there is no such file.
enum OpenAPIDocument {
    /// The document.
    static let bytes = Array(text.utf8)

    private static let text = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Workshop Bridge",
            "version": "0.1.0",
            "summary": "The front door: any OpenAI or Anthropic client in, any backend behind.",
            "description": "Every request passes the same guard, routing, judge and ledger as the daemon's socket. docs/http.md is the reference, docs/http-dialects.md says what becomes of each field."
          },
          "servers": [{"url": "http://127.0.0.1:8181", "description": "The default of `http.listen`."}],
          "security": [{}, {"bearer": []}, {"apiKey": []}],
          "tags": [
            {"name": "think", "description": "Answers."},
            {"name": "models", "description": "What can be asked for."},
            {"name": "switching", "description": "Which local model runs."},
            {"name": "state", "description": "How it stands."}
          ],
          "paths": {
            "/v1/chat/completions": {
              "post": {
                "operationId": "createChatCompletion",
                "tags": ["think"],
                "summary": "An answer, whole or streamed, as OpenAI gives it.",
                "parameters": [{"$ref": "#/components/parameters/Persona"}],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatRequest"}}}
                },
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "headers": {
                      "x-workshop-backend": {"$ref": "#/components/headers/Backend"},
                      "x-workshop-model": {"$ref": "#/components/headers/Model"},
                      "x-workshop-attempts": {"$ref": "#/components/headers/Attempts"},
                      "x-workshop-cost-usd": {"$ref": "#/components/headers/Cost"},
                      "x-workshop-thought": {"$ref": "#/components/headers/Thought"},
                      "x-request-id": {"$ref": "#/components/headers/RequestName"}
                    },
                    "content": {
                      "application/json": {"schema": {"$ref": "#/components/schemas/ChatCompletion"}},
                      "text/event-stream": {"schema": {"$ref": "#/components/schemas/ChatStream"}}
                    }
                  },
                  "400": {
                    "description": "A field is missing, wrong, or asks for what is not done here; `param` names it.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "401": {
                    "description": "The key is missing, wrong or revoked.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "403": {
                    "description": "Not for this key, or the request names what may not leave this machine.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "404": {
                    "description": "There is no such model or path.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "408": {
                    "description": "The request took too long to arrive.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "413": {
                    "description": "The body is larger than the limit.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "415": {
                    "description": "The body is not of type application/json.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "429": {
                    "description": "Too many requests, no budget left, or the queue for the model is full; `Retry-After` says when to come back.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}},
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "431": {
                    "description": "The headers are larger than the limit.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "500": {
                    "description": "The bridge made a mistake.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "502": {
                    "description": "Every backend that could take the request failed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  },
                  "503": {
                    "description": "No backend may take it now, or the daemon is ending.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}},
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "504": {
                    "description": "The time for the request ran out.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
                  }
                }
              }
            },
            "/v1/messages": {
              "post": {
                "operationId": "createMessage",
                "tags": ["think"],
                "summary": "An answer, whole or streamed, as Anthropic gives it.",
                "parameters": [{"$ref": "#/components/parameters/Persona"}],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MessagesRequest"}}}
                },
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "headers": {
                      "x-workshop-backend": {"$ref": "#/components/headers/Backend"},
                      "x-workshop-model": {"$ref": "#/components/headers/Model"},
                      "x-workshop-attempts": {"$ref": "#/components/headers/Attempts"},
                      "x-workshop-cost-usd": {"$ref": "#/components/headers/Cost"},
                      "x-workshop-thought": {"$ref": "#/components/headers/Thought"},
                      "x-request-id": {"$ref": "#/components/headers/RequestName"}
                    },
                    "content": {
                      "application/json": {"schema": {"$ref": "#/components/schemas/MessageReply"}},
                      "text/event-stream": {"schema": {"$ref": "#/components/schemas/MessageStream"}}
                    }
                  },
                  "400": {
                    "description": "A field is missing, wrong, or asks for what is not done here; `param` names it.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "401": {
                    "description": "The key is missing, wrong or revoked.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "403": {
                    "description": "Not for this key, or the request names what may not leave this machine.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "404": {
                    "description": "There is no such model or path.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "408": {
                    "description": "The request took too long to arrive.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "413": {
                    "description": "The body is larger than the limit.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "415": {
                    "description": "The body is not of type application/json.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "429": {
                    "description": "Too many requests, no budget left, or the queue for the model is full; `Retry-After` says when to come back.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}},
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "431": {
                    "description": "The headers are larger than the limit.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "500": {
                    "description": "The bridge made a mistake.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "502": {
                    "description": "Every backend that could take the request failed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  },
                  "503": {
                    "description": "No backend may take it now, or the daemon is ending.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}},
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "504": {
                    "description": "The time for the request ran out.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnthropicError"}}}
                  }
                }
              }
            },
            "/v1/models": {
              "get": {
                "operationId": "listModels",
                "tags": ["models"],
                "summary": "What a request's `model` may be.",
                "parameters": [{"$ref": "#/components/parameters/AnthropicVersion"}],
                "responses": {
                  "200": {
                    "description": "The list, in OpenAI's form or in Anthropic's.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ModelList"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/v1/models/{model}": {
              "get": {
                "operationId": "getModel",
                "tags": ["models"],
                "summary": "One name of the list.",
                "parameters": [
                  {
                    "name": "model",
                    "in": "path",
                    "required": true,
                    "description": "A name of the list; a `/` in it may stand as it is.",
                    "schema": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256,
                      "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]*$",
                      "examples": ["auto"]
                    }
                  },
                  {"$ref": "#/components/parameters/AnthropicVersion"}
                ],
                "responses": {
                  "200": {
                    "description": "The entry.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "oneOf": [
                            {"$ref": "#/components/schemas/OpenAIModel"},
                            {"$ref": "#/components/schemas/AnthropicModel"}
                          ]
                        }
                      }
                    }
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/health": {
              "get": {
                "operationId": "health",
                "tags": ["state"],
                "summary": "Whether the daemon lives; needs no key.",
                "responses": {
                  "200": {
                    "description": "It does.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                },
                "security": []
              }
            },
            "/api/backends": {
              "get": {
                "operationId": "listBackends",
                "tags": ["state"],
                "summary": "Every backend, its settings, its health and what it has done.",
                "responses": {
                  "200": {
                    "description": "The backends.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Backends"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/state": {
              "get": {
                "operationId": "state",
                "tags": ["state"],
                "summary": "Everything that the dashboard shows, as of now.",
                "responses": {
                  "200": {
                    "description": "The state; docs/http.md has its parts.",
                    "content": {"application/json": {"schema": {"type": "object"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/events": {
              "get": {
                "operationId": "events",
                "tags": ["state"],
                "summary": "What changes of the state, as server-sent events, without end.",
                "responses": {
                  "200": {"description": "The events.", "content": {"text/event-stream": {"schema": {}}}},
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/metrics": {
              "get": {
                "operationId": "metrics",
                "tags": ["state"],
                "summary": "Counters for Prometheus.",
                "responses": {
                  "200": {
                    "description": "The text format, version 0.0.4.",
                    "content": {"text/plain": {"schema": {"type": "string"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/models/status": {
              "get": {
                "operationId": "modelsStatus",
                "tags": ["switching"],
                "summary": "Which model each sidecar runs, and who waits.",
                "responses": {
                  "200": {
                    "description": "Each sidecar's own word.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sidecars"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/models/available": {
              "get": {
                "operationId": "modelsAvailable",
                "tags": ["switching"],
                "summary": "The profiles that each sidecar can load.",
                "responses": {
                  "200": {
                    "description": "Each sidecar's own word.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sidecars"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "401": {"$ref": "#/components/responses/NoKey"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/models/switch": {
              "post": {
                "operationId": "switchModel",
                "tags": ["switching"],
                "summary": "Loads a profile in place of the one that runs.",
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SwitchRequest"}}}
                },
                "responses": {
                  "200": {
                    "description": "It runs; the sidecar's status.",
                    "content": {"application/json": {"schema": {"type": "object"}}}
                  },
                  "202": {
                    "description": "It is on its way, and nobody waits for it.",
                    "content": {"application/json": {"schema": {"type": "object"}}}
                  },
                  "400": {
                    "description": "A field is missing, wrong, or asks for what is not done here; `param` names it.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "401": {
                    "description": "The key is missing, wrong or revoked.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "403": {
                    "description": "Not for this key, or the request names what may not leave this machine.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "404": {
                    "description": "There is no such model or path.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "408": {
                    "description": "The request took too long to arrive.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "409": {
                    "description": "The model is busy, loading, or another switch is under way.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "413": {
                    "description": "The body is larger than the limit.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "415": {
                    "description": "The body is not of type application/json.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "429": {
                    "description": "Too many requests, no budget left, or the queue for the model is full; `Retry-After` says when to come back.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    },
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "431": {
                    "description": "The headers are larger than the limit.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "500": {
                    "description": "The bridge made a mistake.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "502": {
                    "description": "Every backend that could take the request failed.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  },
                  "503": {
                    "description": "No backend may take it now, or the daemon is ending.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    },
                    "headers": {
                      "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
                    }
                  },
                  "504": {
                    "description": "The time for the request ran out.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "anyOf": [
                            {"$ref": "#/components/schemas/SwitchError"},
                            {"$ref": "#/components/schemas/AnyError"}
                          ]
                        }
                      }
                    }
                  }
                }
              }
            },
            "/": {
              "get": {
                "operationId": "dashboard",
                "tags": ["state"],
                "summary": "The dashboard, a page for people.",
                "responses": {
                  "200": {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}},
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                },
                "security": []
              }
            },
            "/openapi.json": {
              "get": {
                "operationId": "openAPI",
                "tags": ["state"],
                "summary": "This document.",
                "responses": {
                  "200": {
                    "description": "OpenAPI 3.1.",
                    "content": {"application/json": {"schema": {"type": "object"}}}
                  },
                  "400": {"$ref": "#/components/responses/BadRequest"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "408": {"$ref": "#/components/responses/TooSlow"},
                  "431": {"$ref": "#/components/responses/HeadTooLarge"},
                  "500": {"$ref": "#/components/responses/Mistake"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                },
                "security": []
              }
            }
          },
          "components": {
            "parameters": {
              "Persona": {
                "name": "x-workshop-persona",
                "in": "header",
                "required": false,
                "description": "Who speaks; without it the key's persona, or nobody: then the answer is given alone.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-z0-9_-]+$"}
              },
              "AnthropicVersion": {
                "name": "anthropic-version",
                "in": "header",
                "required": false,
                "description": "With it the answer has Anthropic's form.",
                "schema": {"type": "string", "examples": ["2023-06-01"]}
              }
            },
            "headers": {
              "Backend": {
                "description": "Who answered. Of a stream, the last piece says it.",
                "schema": {"type": "string"}
              },
              "Model": {"description": "The model that says it answered.", "schema": {"type": "string"}},
              "Attempts": {"description": "How many tries there were.", "schema": {"type": "integer"}},
              "Cost": {"description": "What it cost, if that is known.", "schema": {"type": "number"}},
              "Thought": {
                "description": "The answer's name in the ledger; `rate` takes it.",
                "schema": {"type": "string"}
              },
              "RequestName": {"description": "The request's name.", "schema": {"type": "string"}}
            },
            "responses": {
              "BadRequest": {
                "description": "A field is missing, wrong, or asks for what is not done here; `param` names it.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "NoKey": {
                "description": "The key is missing, wrong or revoked.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "Forbidden": {
                "description": "Not for this key, or the request names what may not leave this machine.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "NotFound": {
                "description": "There is no such model or path.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "TooSlow": {
                "description": "The request took too long to arrive.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "HeadTooLarge": {
                "description": "The headers are larger than the limit.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "Mistake": {
                "description": "The bridge made a mistake.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}}
              },
              "Unavailable": {
                "description": "No backend may take it now, or the daemon is ending.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyError"}}},
                "headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
              }
            },
            "schemas": {
              "ChatMessage": {
                "oneOf": [
                  {
                    "type": "object",
                    "properties": {
                      "role": {"enum": ["system", "developer"]},
                      "content": {"$ref": "#/components/schemas/Texts"}
                    },
                    "required": ["role", "content"]
                  },
                  {
                    "type": "object",
                    "properties": {
                      "role": {"const": "user"},
                      "content": {
                        "oneOf": [
                          {"type": "string"},
                          {
                            "type": "array",
                            "items": {
                              "oneOf": [
                                {"$ref": "#/components/schemas/TextPart"},
                                {
                                  "type": "object",
                                  "properties": {
                                    "type": {"const": "image_url"},
                                    "image_url": {
                                      "type": "object",
                                      "properties": {
                                        "url": {
                                          "type": "string",
                                          "pattern": "^data:image/[a-z0-9.+-]+;base64,([A-Za-z0-9+/]{4})+$",
                                          "description": "The bytes in base 64; other addresses are not fetched."
                                        }
                                      },
                                      "required": ["url"]
                                    }
                                  },
                                  "required": ["type", "image_url"]
                                },
                                {
                                  "type": "object",
                                  "properties": {
                                    "type": {"const": "input_audio"},
                                    "input_audio": {
                                      "type": "object",
                                      "properties": {
                                        "data": {"type": "string", "pattern": "^([A-Za-z0-9+/]{4})+$"},
                                        "format": {"enum": ["wav", "mp3"]}
                                      },
                                      "required": ["data", "format"]
                                    }
                                  },
                                  "required": ["type", "input_audio"]
                                },
                                {
                                  "type": "object",
                                  "properties": {
                                    "type": {"const": "file"},
                                    "file": {
                                      "type": "object",
                                      "properties": {
                                        "file_data": {
                                          "type": "string",
                                          "pattern": "^data:(image|audio|video|application|text)/[a-z0-9.+-]+;base64,([A-Za-z0-9+/]{4})+$",
                                          "description": "The bytes in base 64; other addresses are not fetched."
                                        }
                                      },
                                      "required": ["file_data"]
                                    }
                                  },
                                  "required": ["type", "file"]
                                }
                              ]
                            },
                            "maxItems": 1024
                          }
                        ]
                      }
                    },
                    "required": ["role", "content"]
                  },
                  {
                    "type": "object",
                    "properties": {
                      "role": {"const": "assistant"},
                      "content": {
                        "oneOf": [
                          {"type": "string"},
                          {
                            "type": "array",
                            "items": {
                              "oneOf": [
                                {"$ref": "#/components/schemas/TextPart"},
                                {
                                  "type": "object",
                                  "properties": {"type": {"const": "refusal"}, "refusal": {"type": "string"}},
                                  "required": ["type", "refusal"]
                                }
                              ]
                            },
                            "maxItems": 1024
                          },
                          {"type": "null"}
                        ]
                      },
                      "tool_calls": {
                        "oneOf": [
                          {
                            "type": "array",
                            "items": {
                              "type": "object",
                              "properties": {
                                "id": {"type": "string", "minLength": 1, "maxLength": 256},
                                "type": {"enum": ["function", null]},
                                "function": {
                                  "type": "object",
                                  "properties": {
                                    "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"},
                                    "arguments": {"type": ["string", "null"]}
                                  },
                                  "required": ["name"]
                                }
                              },
                              "required": ["id", "function"]
                            },
                            "maxItems": 256
                          },
                          {"type": "null"}
                        ]
                      },
                      "function_call": {"type": "null"}
                    },
                    "required": ["role"]
                  },
                  {
                    "type": "object",
                    "properties": {
                      "role": {"const": "tool"},
                      "tool_call_id": {"type": "string", "minLength": 1, "maxLength": 256},
                      "content": {"$ref": "#/components/schemas/Texts"}
                    },
                    "required": ["role", "tool_call_id", "content"]
                  }
                ]
              },
              "ChatRequest": {
                "type": "object",
                "properties": {
                  "model": {"$ref": "#/components/schemas/ModelName"},
                  "messages": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/ChatMessage"},
                    "minItems": 1,
                    "description": "At most 2048. The last one is a user's that is not empty, or a tool's result."
                  },
                  "max_completion_tokens": {"type": ["integer", "null"], "minimum": 1, "maximum": 1048576},
                  "max_tokens": {"type": ["integer", "null"], "minimum": 1, "maximum": 1048576},
                  "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 2},
                  "stop": {
                    "oneOf": [
                      {"type": "string", "minLength": 1, "maxLength": 128},
                      {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 128}, "maxItems": 4},
                      {"type": "null"}
                    ]
                  },
                  "stream": {"type": ["boolean", "null"]},
                  "stream_options": {
                    "oneOf": [
                      {"type": "object", "properties": {"include_usage": {"type": ["boolean", "null"]}}},
                      {"type": "null"}
                    ]
                  },
                  "tools": {
                    "oneOf": [
                      {
                        "type": "array",
                        "items": {
                          "type": "object",
                          "properties": {
                            "type": {"const": "function"},
                            "function": {
                              "type": "object",
                              "properties": {
                                "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
                                "description": {"type": ["string", "null"]},
                                "parameters": {"type": ["object", "null"]}
                              },
                              "required": ["name"]
                            }
                          },
                          "required": ["type", "function"]
                        },
                        "maxItems": 256
                      },
                      {"type": "null"}
                    ]
                  },
                  "tool_choice": {
                    "oneOf": [
                      {"enum": ["none", "auto", "required"]},
                      {
                        "type": "object",
                        "properties": {
                          "type": {"const": "function"},
                          "function": {
                            "type": "object",
                            "properties": {"name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}},
                            "required": ["name"]
                          }
                        },
                        "required": ["type", "function"]
                      },
                      {"type": "null"}
                    ]
                  },
                  "response_format": {
                    "oneOf": [
                      {
                        "type": "object",
                        "properties": {"type": {"enum": ["text", "json_object"]}},
                        "required": ["type"]
                      },
                      {
                        "type": "object",
                        "properties": {
                          "type": {"const": "json_schema"},
                          "json_schema": {
                            "type": "object",
                            "properties": {"schema": {"type": "object"}},
                            "required": ["schema"]
                          }
                        },
                        "required": ["type", "json_schema"]
                      },
                      {"type": "null"}
                    ]
                  },
                  "n": {"enum": [1, null]},
                  "logprobs": {"enum": [false, null]},
                  "top_logprobs": {"enum": [0, null]},
                  "modalities": {"enum": [["text"], null]},
                  "logit_bias": {"oneOf": [{"type": "object", "maxProperties": 0}, {"type": "null"}]},
                  "audio": {"type": "null", "description": "Not done here."},
                  "functions": {"type": "null", "description": "Not done here."},
                  "function_call": {"type": "null", "description": "Not done here."},
                  "web_search_options": {"type": "null", "description": "Not done here."},
                  "moderation": {"type": "null", "description": "Not done here."},
                  "frequency_penalty": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "presence_penalty": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "top_p": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "seed": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "user": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "metadata": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "store": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "parallel_tool_calls": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "service_tier": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "reasoning_effort": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "verbosity": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "prediction": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "safety_identifier": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "prompt_cache_key": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "prompt_cache_retention": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  }
                },
                "required": ["model", "messages"],
                "description": "OpenAI's chat completions; fields that are not here are left aside."
              },
              "ModelName": {
                "type": "string",
                "minLength": 1,
                "maxLength": 256,
                "description": "`auto`, `fast`, `quality`, `cheap`, a kind of task, a backend, `backend/model`, a model or a profile: `GET /v1/models` lists them.",
                "examples": ["auto"]
              },
              "ToolCall": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "type": {"const": "function"},
                  "function": {
                    "type": "object",
                    "properties": {
                      "name": {"type": "string"},
                      "arguments": {"type": "string", "description": "A JSON object as text."}
                    },
                    "required": ["name", "arguments"]
                  }
                },
                "required": ["id", "type", "function"]
              },
              "ChatUsage": {
                "type": "object",
                "properties": {
                  "prompt_tokens": {"type": "integer"},
                  "completion_tokens": {"type": "integer"},
                  "total_tokens": {"type": "integer"},
                  "prompt_tokens_details": {
                    "type": "object",
                    "properties": {"cached_tokens": {"type": "integer"}},
                    "required": ["cached_tokens"]
                  },
                  "completion_tokens_details": {
                    "type": "object",
                    "properties": {"reasoning_tokens": {"type": "integer"}},
                    "required": ["reasoning_tokens"]
                  }
                },
                "required": ["prompt_tokens", "completion_tokens", "total_tokens"]
              },
              "ChatCompletion": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "object": {"const": "chat.completion"},
                  "created": {"type": "integer"},
                  "model": {"type": "string", "description": "Who really answered."},
                  "choices": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "index": {"const": 0},
                        "message": {
                          "type": "object",
                          "properties": {
                            "role": {"const": "assistant"},
                            "content": {"type": ["string", "null"]},
                            "refusal": {"type": "null"},
                            "tool_calls": {
                              "type": "array",
                              "items": {"$ref": "#/components/schemas/ToolCall"},
                              "minItems": 1
                            }
                          },
                          "required": ["role", "content", "refusal"]
                        },
                        "logprobs": {"type": "null"},
                        "finish_reason": {"enum": ["stop", "length", "tool_calls"]}
                      },
                      "required": ["index", "message", "logprobs", "finish_reason"]
                    },
                    "minItems": 1,
                    "maxItems": 1
                  },
                  "usage": {"$ref": "#/components/schemas/ChatUsage"}
                },
                "required": ["id", "object", "created", "model", "choices"]
              },
              "ChatStream": {
                "description": "Events of `chat.completion.chunk`, then `data: [DONE]`. The last chunk has a field `workshop` that says who answered. `event: model_switching` is a chunk that adds nothing, with a field of that name. An error within the stream is `data: {\"error\": ...}`, and no `[DONE]` follows."
              },
              "Origin": {
                "type": "object",
                "properties": {
                  "src": {"type": "string", "description": "Who failed: `workshop` or a backend."},
                  "attempts": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {"backend": {"type": "string"}, "outcome": {"type": "string"}},
                      "required": ["backend", "outcome"]
                    }
                  }
                },
                "required": ["src"]
              },
              "OpenAIError": {
                "type": "object",
                "properties": {
                  "error": {
                    "allOf": [
                      {
                        "type": "object",
                        "properties": {
                          "message": {"type": "string"},
                          "type": {"type": "string"},
                          "param": {"type": ["string", "null"]},
                          "code": {"type": "string"}
                        },
                        "required": ["message", "type", "param", "code"]
                      },
                      {"$ref": "#/components/schemas/Origin"}
                    ]
                  }
                },
                "required": ["error"]
              },
              "AnthropicError": {
                "type": "object",
                "properties": {
                  "type": {"const": "error"},
                  "error": {
                    "allOf": [
                      {
                        "type": "object",
                        "properties": {
                          "type": {"type": "string"},
                          "message": {"type": "string"},
                          "code": {"type": "string"},
                          "param": {"type": ["string", "null"]}
                        },
                        "required": ["type", "message", "code", "param"]
                      },
                      {"$ref": "#/components/schemas/Origin"}
                    ]
                  }
                },
                "required": ["type", "error"]
              },
              "AnyError": {
                "anyOf": [
                  {"$ref": "#/components/schemas/OpenAIError"},
                  {"$ref": "#/components/schemas/AnthropicError"}
                ]
              },
              "Message": {
                "oneOf": [
                  {
                    "type": "object",
                    "properties": {
                      "role": {"const": "user"},
                      "content": {
                        "oneOf": [
                          {"type": "string"},
                          {
                            "type": "array",
                            "items": {
                              "oneOf": [
                                {"$ref": "#/components/schemas/TextPart"},
                                {"$ref": "#/components/schemas/ImagePart"},
                                {"$ref": "#/components/schemas/DocumentPart"},
                                {"$ref": "#/components/schemas/SearchResultPart"},
                                {
                                  "type": "object",
                                  "properties": {
                                    "type": {"const": "tool_result"},
                                    "tool_use_id": {"type": "string", "minLength": 1, "maxLength": 256},
                                    "content": {
                                      "oneOf": [
                                        {"type": "string"},
                                        {
                                          "type": "array",
                                          "items": {
                                            "oneOf": [
                                              {"$ref": "#/components/schemas/TextPart"},
                                              {"$ref": "#/components/schemas/ImagePart"},
                                              {"$ref": "#/components/schemas/DocumentPart"},
                                              {"$ref": "#/components/schemas/SearchResultPart"}
                                            ]
                                          },
                                          "maxItems": 1024
                                        },
                                        {"type": "null"}
                                      ]
                                    },
                                    "is_error": {"type": ["boolean", "null"]}
                                  },
                                  "required": ["type", "tool_use_id"]
                                }
                              ]
                            },
                            "maxItems": 1024
                          }
                        ]
                      }
                    },
                    "required": ["role", "content"]
                  },
                  {
                    "type": "object",
                    "properties": {
                      "role": {"const": "assistant"},
                      "content": {
                        "oneOf": [
                          {"type": "string"},
                          {
                            "type": "array",
                            "items": {
                              "oneOf": [
                                {"$ref": "#/components/schemas/TextPart"},
                                {
                                  "type": "object",
                                  "properties": {"type": {"enum": ["thinking", "redacted_thinking"]}},
                                  "required": ["type"]
                                },
                                {"$ref": "#/components/schemas/ToolUsePart"}
                              ]
                            },
                            "maxItems": 1024,
                            "contains": {
                              "type": "object",
                              "properties": {"type": {"const": "tool_use"}},
                              "required": ["type"]
                            },
                            "minContains": 0,
                            "maxContains": 256
                          }
                        ]
                      }
                    },
                    "required": ["role", "content"]
                  }
                ]
              },
              "MessagesRequest": {
                "type": "object",
                "properties": {
                  "model": {"$ref": "#/components/schemas/ModelName"},
                  "max_tokens": {"type": "integer", "minimum": 1, "maximum": 1048576},
                  "messages": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Message"},
                    "minItems": 1,
                    "description": "At most 2048. The last one is a user's that is not empty."
                  },
                  "system": {
                    "oneOf": [
                      {"type": "string"},
                      {"type": "array", "items": {"$ref": "#/components/schemas/TextPart"}, "maxItems": 1024},
                      {"type": "null"}
                    ]
                  },
                  "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                  "stop_sequences": {
                    "oneOf": [
                      {"type": "string", "minLength": 1, "maxLength": 128},
                      {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 128}, "maxItems": 4},
                      {"type": "null"}
                    ]
                  },
                  "stream": {"type": ["boolean", "null"]},
                  "tools": {
                    "oneOf": [
                      {
                        "type": "array",
                        "items": {
                          "type": "object",
                          "properties": {
                            "type": {"enum": ["custom", null]},
                            "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"},
                            "description": {"type": ["string", "null"]},
                            "input_schema": {"type": "object"}
                          },
                          "required": ["name", "input_schema"]
                        },
                        "maxItems": 256
                      },
                      {"type": "null"}
                    ]
                  },
                  "tool_choice": {
                    "oneOf": [
                      {
                        "type": "object",
                        "properties": {"type": {"enum": ["auto", "any", "none"]}},
                        "required": ["type"]
                      },
                      {
                        "type": "object",
                        "properties": {
                          "type": {"const": "tool"},
                          "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"}
                        },
                        "required": ["type", "name"]
                      },
                      {"type": "null"}
                    ]
                  },
                  "output_config": {
                    "oneOf": [
                      {
                        "type": "object",
                        "properties": {
                          "format": {"oneOf": [{"$ref": "#/components/schemas/OutputFormat"}, {"type": "null"}]}
                        }
                      },
                      {"type": "null"}
                    ]
                  },
                  "output_format": {"oneOf": [{"$ref": "#/components/schemas/OutputFormat"}, {"type": "null"}]},
                  "mcp_servers": {"oneOf": [{"type": "array", "items": {}, "maxItems": 0}, {"type": "null"}]},
                  "container": {"type": "null", "description": "Not done here."},
                  "metadata": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "top_k": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "top_p": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "service_tier": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "thinking": {"description": "Left aside: docs/http-dialects.md says what becomes of each field."},
                  "cache_control": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "inference_geo": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  },
                  "context_management": {
                    "description": "Left aside: docs/http-dialects.md says what becomes of each field."
                  }
                },
                "required": ["model", "max_tokens", "messages"],
                "description": "Anthropic's messages; fields that are not here are left aside."
              },
              "OutputFormat": {
                "type": "object",
                "properties": {"type": {"const": "json_schema"}, "schema": {"type": "object"}},
                "required": ["type", "schema"]
              },
              "MessageUsage": {
                "type": "object",
                "properties": {
                  "input_tokens": {"type": "integer"},
                  "output_tokens": {"type": "integer"},
                  "cache_creation_input_tokens": {"type": "integer"},
                  "cache_read_input_tokens": {"type": "integer"}
                },
                "required": ["input_tokens", "output_tokens"]
              },
              "MessageReply": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "type": {"const": "message"},
                  "role": {"const": "assistant"},
                  "model": {"type": "string", "description": "Who really answered."},
                  "content": {
                    "type": "array",
                    "items": {
                      "oneOf": [
                        {"$ref": "#/components/schemas/TextPart"},
                        {
                          "type": "object",
                          "properties": {
                            "type": {"const": "tool_use"},
                            "id": {"type": "string"},
                            "name": {"type": "string"},
                            "input": {"type": "object"}
                          },
                          "required": ["type", "id", "name", "input"]
                        }
                      ]
                    },
                    "minItems": 1
                  },
                  "stop_reason": {"enum": ["end_turn", "max_tokens", "tool_use"]},
                  "stop_sequence": {"type": "null"},
                  "usage": {"$ref": "#/components/schemas/MessageUsage"}
                },
                "required": ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"]
              },
              "MessageStream": {
                "description": "Anthropic's events: `message_start`, `ping`, `content_block_start`, `content_block_delta`, `content_block_stop`, `message_delta` (with a field `workshop` that says who answered), `message_stop`; `error` within the stream; `model_switching` while a model loads."
              },
              "ListedBy": {
                "type": "object",
                "properties": {
                  "sort": {"enum": ["virtual", "kind", "backend", "model", "profile"]},
                  "backends": {"type": "array", "items": {"type": "string"}}
                },
                "required": ["sort", "backends"]
              },
              "OpenAIModel": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "object": {"const": "model"},
                  "created": {"type": "integer"},
                  "owned_by": {"type": "string"},
                  "workshop": {"$ref": "#/components/schemas/ListedBy"}
                },
                "required": ["id", "object", "created", "owned_by", "workshop"]
              },
              "AnthropicModel": {
                "type": "object",
                "properties": {
                  "type": {"const": "model"},
                  "id": {"type": "string"},
                  "display_name": {"type": "string"},
                  "created_at": {"type": "string", "format": "date-time"},
                  "workshop": {"$ref": "#/components/schemas/ListedBy"}
                },
                "required": ["type", "id", "display_name", "created_at", "workshop"]
              },
              "ModelList": {
                "oneOf": [
                  {
                    "type": "object",
                    "properties": {
                      "object": {"const": "list"},
                      "data": {"type": "array", "items": {"$ref": "#/components/schemas/OpenAIModel"}}
                    },
                    "required": ["object", "data"]
                  },
                  {
                    "type": "object",
                    "properties": {
                      "data": {"type": "array", "items": {"$ref": "#/components/schemas/AnthropicModel"}},
                      "has_more": {"const": false},
                      "first_id": {"type": ["string", "null"]},
                      "last_id": {"type": ["string", "null"]}
                    },
                    "required": ["data", "has_more", "first_id", "last_id"]
                  }
                ]
              },
              "Health": {
                "type": "object",
                "properties": {
                  "status": {"const": "ok"},
                  "version": {"type": "string"},
                  "in_flight": {"type": "integer", "minimum": 0}
                },
                "required": ["status", "version", "in_flight"]
              },
              "Backends": {
                "type": "object",
                "properties": {
                  "backends": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "backend": {"type": "string"},
                        "source": {"type": "string"},
                        "service": {"type": "string"},
                        "why": {"type": ["string", "null"]},
                        "operator": {"type": ["string", "null"]},
                        "primary": {"type": "boolean"},
                        "configured_model": {"type": "string"},
                        "url": {"type": "string"},
                        "wire": {"type": "string"},
                        "provider": {"type": "string"},
                        "model": {"type": "string"},
                        "models": {"type": "array", "items": {"type": "string"}},
                        "role": {"type": "string"},
                        "local": {"type": "boolean"},
                        "has_key": {"type": "boolean"},
                        "health": {"type": "object"},
                        "totals": {"type": "object"}
                      },
                      "required": [
                        "backend",
                        "source",
                        "service",
                        "primary",
                        "model",
                        "models",
                        "local",
                        "has_key",
                        "health",
                        "totals"
                      ]
                    }
                  }
                },
                "required": ["backends"]
              },
              "Sidecars": {
                "type": "object",
                "properties": {
                  "sidecars": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "sidecar": {"type": "string"},
                        "queue": {"type": "object"},
                        "reply": {
                          "description": "What the sidecar says: docs/sidecar.md.",
                          "type": ["object", "null"]
                        },
                        "error": {"type": ["string", "null"]}
                      },
                      "required": ["sidecar", "reply", "error"]
                    }
                  }
                },
                "required": ["sidecars"]
              },
              "SwitchRequest": {
                "type": "object",
                "properties": {
                  "profile": {
                    "type": ["string", "null"],
                    "minLength": 1,
                    "maxLength": 128,
                    "description": "The profile to load; null for none."
                  },
                  "sidecar": {
                    "type": ["string", "null"],
                    "minLength": 1,
                    "maxLength": 128,
                    "description": "Which, where there are several."
                  },
                  "if_busy": {"enum": ["refuse", "wait"]},
                  "wait": {"type": "boolean"},
                  "patience_s": {"type": "integer", "minimum": 1, "maximum": 3600}
                },
                "required": ["profile"],
                "additionalProperties": false
              },
              "SwitchError": {
                "type": "object",
                "properties": {
                  "src": {"type": "string"},
                  "error": {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["code", "message"]
                  }
                },
                "required": ["src", "error"]
              },
              "TextPart": {
                "type": "object",
                "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                "required": ["type", "text"]
              },
              "Texts": {
                "oneOf": [
                  {"type": "string"},
                  {"type": "array", "items": {"$ref": "#/components/schemas/TextPart"}, "maxItems": 1024}
                ]
              },
              "ImagePart": {
                "type": "object",
                "properties": {
                  "type": {"const": "image"},
                  "source": {
                    "type": "object",
                    "properties": {
                      "type": {"const": "base64"},
                      "media_type": {"type": "string", "pattern": "^image/[a-z0-9.+-]+$"},
                      "data": {"type": "string", "pattern": "^([A-Za-z0-9+/]{4})+$"}
                    },
                    "required": ["type", "media_type", "data"]
                  }
                },
                "required": ["type", "source"]
              },
              "DocumentPart": {
                "type": "object",
                "properties": {
                  "type": {"const": "document"},
                  "title": {"type": ["string", "null"]},
                  "source": {
                    "oneOf": [
                      {
                        "type": "object",
                        "properties": {
                          "type": {"const": "base64"},
                          "media_type": {
                            "type": "string",
                            "pattern": "^(image|audio|video|application|text)/[a-z0-9.+-]+$"
                          },
                          "data": {"type": "string", "pattern": "^([A-Za-z0-9+/]{4})+$"}
                        },
                        "required": ["type", "media_type", "data"]
                      },
                      {
                        "type": "object",
                        "properties": {"type": {"const": "text"}, "data": {"type": "string"}},
                        "required": ["type", "data"]
                      },
                      {
                        "type": "object",
                        "properties": {
                          "type": {"const": "content"},
                          "content": {
                            "oneOf": [
                              {"type": "string"},
                              {
                                "type": "array",
                                "items": {
                                  "oneOf": [
                                    {"$ref": "#/components/schemas/TextPart"},
                                    {"$ref": "#/components/schemas/ImagePart"}
                                  ]
                                },
                                "maxItems": 1024
                              }
                            ]
                          }
                        },
                        "required": ["type", "content"]
                      }
                    ]
                  }
                },
                "required": ["type", "source"]
              },
              "SearchResultPart": {
                "type": "object",
                "properties": {
                  "type": {"const": "search_result"},
                  "title": {"type": "string"},
                  "source": {"type": "string"},
                  "content": {"$ref": "#/components/schemas/Texts"}
                },
                "required": ["type", "title", "source", "content"]
              },
              "ToolUsePart": {
                "type": "object",
                "properties": {
                  "type": {"const": "tool_use"},
                  "id": {"type": "string", "minLength": 1, "maxLength": 256},
                  "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"},
                  "input": {"type": ["object", "null"]}
                },
                "required": ["type", "id", "name"]
              }
            },
            "securitySchemes": {
              "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "`workshop key new` makes one; needed where there are keys."
              },
              "apiKey": {
                "type": "apiKey",
                "in": "header",
                "name": "x-api-key",
                "description": "The same key, as Anthropic's clients send it."
              }
            }
          }
        }
        """#
}
