using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>The special tokens of a model that have a role, such as <c>cls_token</c>, and those that have none.</summary>
internal sealed class SpecialTokens
{
    // In the order in which transformers adds them to a vocabulary that lacks them.
    private static readonly string[] _roles =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    // Null for a role that the settings say no token has.
    private readonly AddedToken?[] _tokens = new AddedToken?[_roles.Length];
    private readonly bool[] _isSet = new bool[_roles.Length];
    private List<AddedToken>? _additional;

    /// <summary>Gets all tokens, in the order in which they are added to a vocabulary.</summary>
    internal IEnumerable<AddedToken> All
    {
        get
        {
            foreach (AddedToken? token in _tokens)
            {
                if (token is not null)
                {
                    yield return token;
                }
            }

            foreach (AddedToken token in _additional ?? [])
            {
                yield return token;
            }
        }
    }

    internal static bool IsRole(string name) => Array.IndexOf(_roles, name) >= 0;

    /// <summary>Finds the token of a role; null if it has none.</summary>
    internal string? Find(string role) => _tokens[Array.IndexOf(_roles, role)]?.Content;

    internal bool Contains(string content)
    {
        foreach (AddedToken token in All)
        {
            if (token.Content == content)
            {
                return true;
            }
        }

        return false;
    }

    internal void Read(string role, ref Utf8JsonReader reader)
    {
        int index = Array.IndexOf(_roles, role);
        _tokens[index] = ReadToken(ref reader);
        _isSet[index] = true;
    }

    internal void ReadAdditional(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        _additional = [];
        while (JsonFile.NextElement(ref reader))
        {
            if (ReadToken(ref reader) is { } token)
            {
                _additional.Add(token);
            }
        }
    }

    /// <summary>Sets the token of a role unless the settings name it, or say that there is none.</summary>
    internal void SetDefault(string role, string content, bool stripsLeft = false, bool isNormalized = false)
    {
        int index = Array.IndexOf(_roles, role);
        if (!_isSet[index])
        {
            _isSet[index] = true;
            _tokens[index] = Create(content) with { StripsLeft = stripsLeft, IsNormalized = isNormalized };
        }
    }

    /// <summary>Sets the tokens without a role unless the settings name them.</summary>
    internal void SetDefaultAdditional(IEnumerable<string> contents)
    {
        if (_additional is null)
        {
            _additional = [];
            foreach (string content in contents)
            {
                _additional.Add(Create(content));
            }
        }
    }

    private static AddedToken Create(string content) => new(0, content) { IsSpecial = true };

    /// <summary>Reads a token, which is a string or an object with the token as its content.</summary>
    private static AddedToken? ReadToken(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return AddedTokenJson.Read(ref reader, 0) with { IsSpecial = true };
        }

        return JsonFile.StringOrNull(ref reader) is { } content ? Create(content) : null;
    }
}
