namespace ServerlessInference.Sessions;

/// <summary>The state of a registered model.</summary>
public enum ModelState
{
    /// <summary>Nobody has requested the model yet, or it was unloaded because memory was needed. The next caller loads it.</summary>
    NotLoaded,

    /// <summary>The model is being loaded.</summary>
    Loading,

    /// <summary>The model is loaded and answers requests.</summary>
    Ready,

    /// <summary>The last attempt to load the model failed. The next caller tries again.</summary>
    Failed,
}
