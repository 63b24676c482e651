namespace ServerlessInference.Sessions;

/// <summary>Where a registered model stands.</summary>
public enum ModelState
{
    /// <summary>Nobody has asked for it yet, or it was let go for want of memory; the next caller loads it.</summary>
    NotLoaded,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It answers.</summary>
    Ready,

    /// <summary>The last attempt to load it failed; the next caller tries again.</summary>
    Failed,
}
