using System.Collections.Concurrent;

namespace ServerlessInference.Tokenizers;

/// <summary>Keeps the working memory of a tokenizer between calls. Thread-safe; holds as many workspaces as calls ran at once.</summary>
internal sealed class WorkspacePool(TokenModel model)
{
    private readonly ConcurrentBag<TokenizerWorkspace> _workspaces = [];

    internal TokenizerWorkspace Rent() =>
        _workspaces.TryTake(out TokenizerWorkspace? workspace) ? workspace : new TokenizerWorkspace(model.CreateWorkspace());

    internal void Return(TokenizerWorkspace workspace) => _workspaces.Add(workspace);
}
